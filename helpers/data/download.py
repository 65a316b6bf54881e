"""Fetching the real files into a folder, verified; and what an error of the network, the proxy or the disk means."""

import contextlib
import http.client
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request

from tqdm import tqdm

from helpers.data.errors import DataError, mend_writing, reason, shown
from helpers.data.places import is_there
from helpers.data.reading import is_web_page, sha256, verified
from helpers.data.real_files import REAL_FILES
from helpers.data.unfinished import remove_litter, unfinished

ELSEWHERE = "choose a folder that can be written to: python -m helpers.data fetch --to FOLDER"
TRY_AGAIN = "with a network, try again"
LOG_IN = "log in to the network (open any page in a browser), then try again"
CERTIFICATE = "set this computer's clock, and let Python know the certificates of your network (SSL_CERT_FILE)"
CHUNK = 64 * 1024  # bytes


def fetch(folder):
    """Download what is missing of the real files into folder; return the names of those that could not be had.

    A file gets its name only once it is whole and verified; a file that is there is never overwritten. What killed
    fetches left in the folder is removed. Raises DataError where the folder cannot be written to.
    """
    with contextlib.ExitStack() as stack:
        try:
            missing = [name for name in REAL_FILES if not is_there(folder / name)]
            scratch = stack.enter_context(unfinished(folder)) if missing else remove_litter(folder)
        except OSError as error:
            mend = mend_writing(error, folder, ELSEWHERE)
            raise DataError(
                f"{shown(folder)} cannot be written to.", "a writable folder", reason(error), mend
            ) from None
        return _fetch_into(folder, missing, scratch)


def _fetch_into(folder, missing, scratch):
    failed = []
    for name in REAL_FILES:
        try:
            if name in missing:
                _save(receive(name, folder / name), folder / name, scratch)
                print(f"{name}: downloaded, verified")
            else:
                verified(folder / name, name, folder)
                print(f"{name}: already there, verified")
        except DataError as error:
            print(error)
            failed.append(name)
    return failed


def _save(content, target, scratch):
    try:
        target.parent.mkdir(exist_ok=True)
        partial = scratch / target.name
        partial.write_bytes(content)
        os.replace(partial, target)
    except OSError as error:
        expected, mend = f"room for {len(content):,} bytes", mend_writing(error, target, ELSEWHERE)
        raise DataError(f"{target} cannot be written.", expected, reason(error), mend) from None


def receive(name, target):
    """The bytes of the real file `name`, from the first of its addresses that gives the right ones.

    target: where whoever downloads the file by hand should save it; nothing is written here.
    Raises DataError with what each address gave instead.
    """
    file, errors = REAL_FILES[name], []
    for url in file.urls:
        try:
            return _receive_from(url, file)
        except DataError as error:
            errors.append(error)
    found = "\n            ".join(error.found for error in errors)
    mends = dict.fromkeys(error.mend for error in errors if error.mend)
    mend = "; or ".join([*mends, f"download {file.page} by hand and save it as {target}"])
    raise DataError(f"{name} could not be downloaded.", errors[0].expected, found, mend)


def _receive_from(url, file):
    expected = f"sha256 {file.sha256}, {file.size:,} bytes"
    try:
        content = _body(url, file.size)
    except (OSError, http.client.HTTPException, ValueError) as error:  # a proxy that is no address is a ValueError
        found = f"{url}: {' '.join(str(error).split()) or type(error).__name__}"
        raise DataError("The address gives nothing.", expected, found, _network_mend(url, error)) from None
    if sha256(content) == file.sha256:
        return content
    if len(content) > file.size:
        found, mend = f"a longer file, left after {len(content):,} bytes", ""
    elif is_web_page(content):
        found, mend = "a web page", LOG_IN
    elif len(content) < file.size:
        found, mend = f"a file cut short, {len(content):,} bytes", TRY_AGAIN
    else:
        found, mend = f"another file, sha256 {sha256(content)}", ""
    raise DataError("The address gives another file.", expected, f"{url}: {found}", mend)


def _body(url, size):
    """What an address gives, but at most size + 1 bytes: that is enough to know that it is another file."""
    body = bytearray()
    # disable=None: no bar where nobody watches
    bar = tqdm(total=size, desc=url.rpartition("/")[2], unit="B", unit_scale=True, leave=False, disable=None)
    opener = urllib.request.build_opener()  # urlopen would keep the proxy of its first call, whatever is set later
    with opener.open(url, timeout=30) as response, bar:
        while chunk := response.read(min(CHUNK, size + 1 - len(body))):
            body += chunk
            bar.update(len(chunk))
    return bytes(body)


def _network_mend(url, error):
    """What mends that an address gives nothing; "" where nothing on this side does."""
    cause = getattr(error, "reason", None)  # urllib wraps the error that the socket raised
    if isinstance(error, urllib.error.HTTPError) and error.code in (401, 404, 410):
        return ""  # whoever answered knows the address, and has not got the file
    if proxy := _proxy_for(url):
        setting = f"{urllib.parse.urlsplit(url).scheme}_proxy"
        return f"correct or switch off the proxy {proxy} (the variable {setting}, or the system's settings)"
    if isinstance(error, urllib.error.HTTPError):
        return "try again later"
    return CERTIFICATE if isinstance(cause, ssl.SSLCertVerificationError) else TRY_AGAIN


def _proxy_for(url):
    """The proxy that stands between here and an address, without its password, or None."""
    parts = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if not proxy or urllib.request.proxy_bypass(parts.hostname):
        return None
    return proxy.rpartition("@")[2]
