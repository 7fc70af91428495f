"""Makes a floppy disk of a boot sector and an image: boot sector, image, entry address (hexadecimal), disk."""
import struct
import sys

boot, image, entry, disk = sys.argv[1:]
sector = bytearray(open(boot, "rb").read())
data = bytes(512) + open(image, "rb").read()
sectors = (len(data) + 511) // 512
sector[504:510] = struct.pack("<IH", int(entry, 16), sectors)
with open(disk, "wb") as out:
    out.write((sector + data).ljust(1474560, b"\0"))
