from ipykernel.ipkernel import IPythonKernel

# TensorFlow writes start-up lines straight to file descriptor 2, where no setting of its own can
# silence them. Jupyter would show them in red under the first cell, and they look like a failure.
# With this, they go to the terminal that started JupyterLab instead; errors still show in the notebook.
c.IPKernelApp.capture_fd_output = False  # noqa: F821  (Jupyter defines `c`)

# JupyterLab stores in each notebook that it opens what the kernel says of its language. With the exact
# version of Python in it, every notebook of the course would count as changed on another machine.
IPythonKernel.language_info = IPythonKernel.language_info | {"version": "3"}
