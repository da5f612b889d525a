#!/usr/bin/env python3
"""Writes a recording of any length to standard output, in the columns of traces/recordings: one NVMe drive at
queue depth 1, each command with fresh pages that are unmapped afterwards. For runs of millions of lines:

    tests/bench/long_recording.py 1000000 > long.csv        # ten million rows
    doorbell trace import long.csv -o long.trace
    /usr/bin/time -v doorbell run platforms/virt.yaml --workload long.trace
"""
import sys

STREAM = 0x8
COMMANDS = int(sys.argv[1]) if len(sys.argv) == 2 else 1000
SUBMISSIONS, COMPLETIONS, DOORBELL = 0xFFFFD000, 0xFFFFE000, 0xFFFFF040
ENTRIES = 32


class Recording:
    def __init__(self):
        self.time = 0
        print("time_us,op,stream_id,iova,bytes,pa,detail")

    def row(self, op, detail, dma=None):
        self.time += 10
        where = ",,," if dma is None else "{:#x},{:#x},{},{:#x}".format(STREAM, *dma)
        print(f"{self.time},{op},{where},{detail}")

    def its(self, *commands):
        for command in commands:
            self.row("its_command", command)

    def set_up(self):
        self.its("MAPC ICID 0x0 RDbase 0x0 V 1", "SYNC", "INVALL", "SYNC",
                 "MAPD DeviceID 0x8 Size 0x0 ITT_addr 0x48390c V 1",
                 "MAPTI DeviceID 0x8 EventID 0x0 ICID 0x0 pINTID 0x2000", "SYNC",
                 "INV DeviceID 0x8 EventID 0x0", "SYNC")

    def command(self, n):
        page = 0xFFFFC000 - n % 64 * 0x1000
        slot = n % ENTRIES
        self.row("doorbell_sq", f"queue=0 value={(n + 1) % ENTRIES}")
        self.row("read", "sqe queue=0", (SUBMISSIONS + 64 * slot, 64, 0x43C2C000 + 64 * slot))
        self.row("command", "NVME_NVM_CMD_READ")
        self.row("write", "data", (page, 4096, 0x48000000 + n % 4096 * 0x1000))
        self.row("write", "cqe queue=0", (COMPLETIONS + 16 * slot, 16, 0x43D03000 + 16 * slot))
        self.row("msi", "event=0 device=8 intid=8192 collection=0", (DOORBELL, 4, 0x8090040))
        self.row("doorbell_cq", f"queue=0 value={(n + 1) % ENTRIES}")
        self.row("smmu_command", "SMMU_CMD_TLBI_NH_VA")
        self.row("tlbi_range", f"vmid=0 asid=1 addr={page:#x} tg=1 num_pages=0x1 ttl=3 leaf=1")
        self.row("smmu_command", "SMMU_CMD_SYNC")


recording = Recording()
recording.set_up()
for number in range(COMMANDS):
    recording.command(number)
