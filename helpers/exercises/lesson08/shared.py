"""What a case of lesson 08 measures with: a disk that remembers every moment."""


class Disk:
    """A stand-in for the disk that all workers share; `moments` are the files after each operation.

    Files are dictionaries {name of an entry: value}. What happens in a moment may be the last thing that happens: a
    job that is killed then leaves the files as they are.
    """

    def __init__(self):
        self._files, self.moments = {}, []

    def open(self, file):
        """Make a file without entries; one that exists loses its own."""
        self._files[file] = {}
        self._moment()

    def write(self, file, name, value):
        """Add an entry to a file that was opened."""
        self._files[file][name] = value
        self._moment()

    def rename(self, file, new):
        """Give a file another name, in one moment; a file that has that name is gone."""
        self._files[new] = self._files.pop(file)
        self._moment()

    def exists(self, file):
        return file in self._files

    def _moment(self):
        self.moments.append({file: dict(entries) for file, entries in self._files.items()})
