/* Stage 1 of EL1: every address to itself, in blocks of 1 GiB, of 40 bits; 4 KiB granule. Below 1 GiB and from 256 GiB
 * on the `virt` machine has devices, between them memory. DDI 0487, D8.2, D8.3 and D8.5. */

#define DESCRIPTOR_BLOCK 1
#define DESCRIPTOR_TABLE 3
#define ATTRIBUTES_MEMORY (0 << 2)
#define ATTRIBUTES_DEVICE (1 << 2)
#define INNER_SHAREABLE (3 << 8)
#define ACCESS_FLAG (1 << 10)
#define EXECUTE_NEVER (3 << 53)         /* UXN and PXN */
#define MEMORY (DESCRIPTOR_BLOCK | ATTRIBUTES_MEMORY | INNER_SHAREABLE | ACCESS_FLAG)
#define DEVICE (DESCRIPTOR_BLOCK | ATTRIBUTES_DEVICE | ACCESS_FLAG | EXECUTE_NEVER)

/* MAIR_EL1: attribute 0 is write-back, allocating; attribute 1 Device-nGnRE. D17.2.97. */
#define MAIR 0x04ff
/* TCR_EL1: T0SZ 24, EPD1, 40 bits of physical address; walks are write-back and Inner Shareable. D17.2.131. */
#define TCR_LOW (24 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23)
#define TCR_HIGH 2
/* SCTLR_EL1: M, C and I. D17.2.118. */
#define SCTLR_ON (1 << 0 | 1 << 2 | 1 << 12)

        .section .text.start, "ax"
        .global mmu_start
/* Keeps all registers but x0 and x1. */
mmu_start:
        ldr     x0, =MAIR
        msr     mair_el1, x0
        ldr     x0, =TCR_LOW
        movk    x0, #TCR_HIGH, lsl #32
        msr     tcr_el1, x0
        adrp    x0, level_0
        add     x0, x0, :lo12:level_0
        msr     ttbr0_el1, x0
        isb
        tlbi    vmalle1
        dsb     nsh
        isb
        mrs     x0, sctlr_el1
        mov     x1, #SCTLR_ON
        orr     x0, x0, x1
        msr     sctlr_el1, x0
        isb
        ret
        .ltorg

        .macro  blocks from, count, attributes
        .set    gibibyte, \from
        .rept   \count
        .quad   (gibibyte << 30) + (\attributes)
        .set    gibibyte, gibibyte + 1
        .endr
        .endm

        .data
        .balign 0x1000
level_0:
        .quad   level_1 + DESCRIPTOR_TABLE
        .quad   level_1 + 0x1000 + DESCRIPTOR_TABLE
        .balign 0x1000
level_1:
        blocks  0, 1, DEVICE
        blocks  1, 255, MEMORY
        blocks  256, 768, DEVICE
