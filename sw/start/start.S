/* Where every processor begins, at EL1 with the MMU off, and its exception vectors. DDI 0487, D1.3. */

#define STACK_SIZE 0x4000
#define PROCESSORS 32
/* CNTKCTL_EL1: EVNTEN, and an event whenever bit 12 of the counter is set: each 131 us at 62.5 MHz. */
#define EVENT_STREAM (1 << 2 | 12 << 4)

        .section .text.start, "ax"
        .global _start
_start: mrs     x1, mpidr_el1
        ubfx    x0, x1, #0, #4          /* 16 processors in each Aff1 */
        ubfx    x2, x1, #8, #8
        add     x19, x0, x2, lsl #4
        adr     x1, vectors
        msr     vbar_el1, x1
        mov     x1, #EVENT_STREAM
        msr     cntkctl_el1, x1
        isb
        bl      mmu_start
        cmp     x19, #PROCESSORS
        b.hs    1f
        adrp    x1, stacks
        add     x1, x1, :lo12:stacks
        mov     x2, #STACK_SIZE
        add     x3, x19, #1
        madd    x1, x2, x3, x1
        mov     sp, x1
        mov     x0, x19
        bl      firmware_main
1:      wfi
        b       1b

/* The registers that a C function may change, and what a nested exception overwrites. */
        .macro  save
        sub     sp, sp, #176
        stp     x0, x1, [sp]
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x30, [sp, #144]
        mrs     x0, elr_el1
        mrs     x1, spsr_el1
        stp     x0, x1, [sp, #160]
        .endm

        .macro  restore
        ldp     x0, x1, [sp, #160]
        msr     elr_el1, x0
        msr     spsr_el1, x1
        ldp     x0, x1, [sp]
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ldp     x6, x7, [sp, #48]
        ldp     x8, x9, [sp, #64]
        ldp     x10, x11, [sp, #80]
        ldp     x12, x13, [sp, #96]
        ldp     x14, x15, [sp, #112]
        ldp     x16, x17, [sp, #128]
        ldp     x18, x30, [sp, #144]
        add     sp, sp, #176
        .endm

        .macro  unexpected
        .balign 0x80
        b       unexpected_exception
        .endm

        .text
        .balign 0x800
vectors:
        .rept   5                       /* SP_EL0: all four; SP_ELx: synchronous */
        unexpected
        .endr
        .balign 0x80
        b       interrupt               /* SP_ELx: IRQ */
        .rept   10
        unexpected
        .endr

interrupt:
        save
        bl      interrupt_entry
        restore
        eret

unexpected_exception:
        mrs     x0, esr_el1
        mrs     x1, elr_el1
        mrs     x2, far_el1
        bl      firmware_unexpected_exception
1:      wfi
        b       1b

        .bss
        .balign 16
stacks: .skip   STACK_SIZE * PROCESSORS
