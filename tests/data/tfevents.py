"""Reads a TensorBoard event file by the published formats alone and prints its scalars: "STEP TAG VALUE" a line.

Shares no code with the program: framing, CRC-32C (by table here) and protobuf are read by this file's own hand.
Usage: python3 tfevents.py FILE
"""
import struct
import sys

TABLE = []
for byte in range(256):
    value = byte
    for _ in range(8):
        value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    TABLE.append(value)


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        length, crc = struct.unpack_from("<QI", data, at)
        assert crc == masked_crc(data[at:at + 8]), f"check sum of the length at {at}"
        body = data[at + 12:at + 12 + length]
        assert len(body) == length, f"cut at {at}"
        (crc,) = struct.unpack_from("<I", data, at + 12 + length)
        assert crc == masked_crc(body), f"check sum of the record at {at}"
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            assert len(value) == length
        else:
            size = {1: 8, 5: 4}[wire]
            (value,) = struct.unpack_from({1: "<d", 5: "<f"}[wire], data, at)
            at += size
        yield number, value


def main():
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    for index, record in enumerate(records(data)):
        event = dict(fields(record))
        assert event[1] > 1e9, "wall time"
        if index == 0:
            assert event[3] == b"brain.Event:2"
        if 7 in event:
            assert dict(fields(event[7])) == {1: 1}
            print("restart")
        for number, value in fields(event.get(5, b"")):
            assert number == 1
            scalar = dict(fields(value))
            print(event[2], scalar[1].decode(), f"{scalar[2]:.6g}")


main()
