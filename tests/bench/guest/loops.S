/* Loops for engine_bench.cpp, one each 4 KiB: X4 turns of eight instructions in one block, then HVC. X1: memory that is
   written; the vectors of the last loop are at its page. DDI 0487, D1.3. */
        .text
        .balign 0x1000
alu:    add     x5, x5, #1
        eor     x6, x6, x5
        lsl     x7, x5, #3
        add     x8, x7, x6
        orr     x9, x8, x5
        sub     x10, x9, x7
        subs    x4, x4, #1
        b.ne    alu
        hvc     #0

        .balign 0x1000
loads:  ldr     x5, [x1]
        ldr     x6, [x1, #64]
        ldr     w7, [x1, #128]
        ldr     x8, [x1, #1024]
        ldrb    w9, [x1, #33]
        ldr     x10, [x1, #2048]
        subs    x4, x4, #1
        b.ne    loads
        hvc     #0

        .balign 0x1000
stores: str     x5, [x1]
        str     x6, [x1, #64]
        str     w7, [x1, #128]
        str     x8, [x1, #1024]
        strb    w9, [x1, #33]
        str     x10, [x1, #2048]
        subs    x4, x4, #1
        b.ne    stores
        hvc     #0

        /* Four instructions a turn, the handler's one among them. */
        .balign 0x1000
calls:  svc     #0
        subs    x4, x4, #1
        b.ne    calls
        hvc     #0
        .balign 0x200
        eret
