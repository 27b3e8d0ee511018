/** Modules of Python's standard library that programs import at their start; of its list (`sys.stdlib_module_names`). */
export const STANDARD_MODULES: ReadonlySet<string> = new Set(
  (
    'abc argparse array ast asyncio atexit base64 bisect bz2 calendar cmath codecs collections concurrent configparser ' +
    'contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib email enum errno fcntl fileinput ' +
    'fnmatch fractions functools gc getpass glob gzip hashlib heapq hmac html http importlib inspect io ipaddress ' +
    'itertools json logging lzma math mimetypes multiprocessing operator os pathlib pickle platform pprint queue random ' +
    're sched secrets select shelve shlex shutil signal smtplib socket socketserver sqlite3 ssl stat statistics string ' +
    'struct subprocess sys sysconfig tarfile tempfile textwrap threading time timeit tokenize tomllib traceback types ' +
    'typing unittest urllib uuid warnings weakref xml xmlrpc zipfile zlib zoneinfo'
  ).split(' '),
);
