"""A network that ends at the loopback interface: what is started in it talks to its like, and to nobody else.

TensorFlow's worker server listens on every interface of its machine, whatever address TF_CONFIG names, and asks nobody
for a password. Linux can give a process, and all that it starts, a network of its own; "every interface" is then one.
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys

# from Linux's sched.h and sockios.h
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, IFF_UP = 0x8913, 0x8914, 0x8916, 1
ONLY_LINUX = "TensorFlow's server would listen to the whole network, and only Linux can keep it to this machine"
TRY = "from helpers.workers import network; network.close()"


def close():
    """Move this process, and what it starts from now on, into a network that has a loopback interface and no other.

    Call it before any thread is started.

    Raises:
        OSError: not Linux, or this user may not do that.
    """
    if sys.platform != "linux":
        raise OSError(ONLY_LINUX)
    user, group = os.geteuid(), os.getegid()
    try:
        _unshare(CLONE_NEWNET)
    except PermissionError:
        # whoever is not root may be it in a world of his own, in which he keeps his number
        _unshare(CLONE_NEWUSER | CLONE_NEWNET)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    _switch_on("lo")


def why_not_closed():
    """Return why workers cannot be started on this machine, in words; an empty text where they can."""
    if sys.platform != "linux":
        return ONLY_LINUX
    tried = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True)
    return (
        ""
        if tried.returncode == 0
        else f"this Linux gives a user no network of his own ({tried.stderr.strip().splitlines()[-1]})"
    )


def _unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def _switch_on(interface):
    import fcntl  # not on Windows

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = struct.pack("16sh14x", interface.encode(), 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", interface.encode(), flags | IFF_UP))

        # programs that ask for addresses of the kind that the machine has do not count 127.0.0.1 as one
        address = struct.pack("16sHH4s8x", f"{interface}:1".encode(), socket.AF_INET, 0, socket.inet_aton("127.0.0.2"))
        fcntl.ioctl(control, SIOCSIFADDR, address)
