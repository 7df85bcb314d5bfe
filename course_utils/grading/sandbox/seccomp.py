"""A filter for system calls, as bubblewrap takes it: no namespaces, no mounts, no sockets but the usual, no tracing.

A program of the kernel's classic BPF (see `man 2 seccomp`): it looks at the number of a call and its first argument.
What it refuses fails with an error, and does not end the process.
"""

import platform
import struct

LOAD, EQUAL, AT_LEAST, ANY_OF, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # instructions
NUMBER, ARCH, FIRST = 0, 4, 16  # where in what the kernel shows to the filter
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
NAMESPACES = 0x7E020080  # all CLONE_NEW... flags
FAMILIES = (1, 2, 10, 16)  # of sockets: UNIX, IPv4, IPv6, and what tells of network interfaces
# The same numbers on all machines: io_uring and the newer mounts.
COMMON = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442)
CLONE3 = 435
# By machine: its name for the kernel, numbers of clone and socket, and of what is refused: ptrace, mount, umount2,
# pivot_root, chroot, unshare, setns, keyctl, add_key, request_key, bpf, perf_event_open, userfaultfd, process_vm_readv,
# process_vm_writev, open_by_handle_at, init_module, finit_module, delete_module, kexec_load, kexec_file_load.
MACHINES = {
    "x86_64": (0xC000003E, 56, 41, (101, 165, 166, 155, 161, 272, 308, 250, 248, 249, 321, 298, 323, 310, 311, 304, 175,
                                    313, 176, 246, 320)),
    "aarch64": (0xC00000B7, 220, 198, (117, 40, 39, 41, 51, 97, 268, 219, 217, 218, 280, 241, 282, 270, 271, 265, 105,
                                       273, 106, 104, 294)),
}  # fmt: skip


def program(machine=None):
    """Return the filter as bytes; b"" for a machine whose numbers are not known."""
    machine = machine or platform.machine()
    if machine not in MACHINES:
        return b""
    arch, clone, socket, refused = MACHINES[machine]
    code = [(LOAD, 0, 0, ARCH), (EQUAL, 1, 0, arch), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
    code += _refuse(AT_LEAST, 0x40000000, EPERM)  # the numbers of another ABI
    for number in (*refused, *COMMON):
        code += _refuse(EQUAL, number, EPERM)
    code += _refuse(EQUAL, CLONE3, ENOSYS)  # its flags cannot be seen; the C library then takes clone
    code += [(EQUAL, 0, 4, clone), (LOAD, 0, 0, FIRST), *_refuse(ANY_OF, NAMESPACES, EPERM), (RETURN, 0, 0, ALLOW)]
    families = [(EQUAL, len(FAMILIES) - i, 0, family) for i, family in enumerate(FAMILIES)]
    code += [(EQUAL, 0, len(FAMILIES) + 2, socket), (LOAD, 0, 0, FIRST), *families]
    code += [(RETURN, 0, 0, ERROR | EAFNOSUPPORT), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _refuse(test, value, error):
    """Two instructions: if the test holds of what was loaded, the call fails with that error."""
    return [(test, 0, 1, value), (RETURN, 0, 0, ERROR | error)]
