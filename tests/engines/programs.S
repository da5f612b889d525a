/* Small programs for the engine's tests: each ends with HVC. Exceptions are recorded at X19, five doublewords each:
   number of the vector, ESR_EL1, ELR_EL1, FAR_EL1, SPSR_EL1. A synchronous exception goes on at X28, an interrupt where
   it came from. DDI 0487, D1.3. */

        .macro  record number
        .balign 0x80
        mov     x20, #\number
        b       take
        .endm

        .macro  resume label
        adr     x28, \label
        .endm

        .text
        .balign 0x800
        .global vectors
vectors:
        record  0
        record  1
        record  2
        record  3
        record  4
        record  5
        record  6
        record  7
        record  8
        record  9
        record  10
        record  11
        record  12
        record  13
        record  14
        record  15

        .balign 0x80
take:   mrs     x21, esr_el1
        mrs     x22, elr_el1
        stp     x20, x21, [x19], #16
        mrs     x23, far_el1
        stp     x22, x23, [x19], #16
        mrs     x24, spsr_el1
        str     x24, [x19], #8
        tst     x20, #3
        b.ne    1f
        msr     elr_el1, x28
1:      eret

        /* Each cause at the current Exception level. X1: an address without translation; X2: one that may only be read;
           X3: one that may not be executed. */
        .global faults
faults: resume  1f
        .global faults_svc
faults_svc:
        svc     #0x123
1:      resume  1f
        .global faults_undefined
faults_undefined:
        .inst   0x00000000
1:      resume  1f
        brk     #0x45
1:      resume  1f
        smc     #0
1:      resume  1f
        hlt     #0xf000
1:      resume  1f
        .global faults_unaligned
faults_unaligned:
        add     x5, x2, #4
        ldxr    x6, [x5]
1:      resume  1f
        .global faults_load
faults_load:
        ldr     x6, [x1, #8]
1:      resume  1f
        .global faults_store
faults_store:
        str     x6, [x2, #16]
1:      resume  1f
        br      x3
1:      resume  1f
        add     x5, x3, #2
        br      x5
1:      resume  1f
        add     x5, x2, #0x206
        br      x5
1:      resume  1f
        mrs     x6, s3_0_c15_c2_7
1:      hvc     #0

        /* ERET to EL0 at X0. */
        .global enter_user
enter_user:
        msr     elr_el1, x0
        msr     spsr_el1, xzr
        eret

        .global user
user:   adr     x28, 1f
        svc     #7
1:      adr     x28, 1f
        mrs     x6, sctlr_el1
1:      adr     x28, 1f
        ldr     x6, [x1]
1:      adr     x28, 1f
        str     x6, [x2]
1:      adr     x28, 1f
        wfi
1:      adr     x28, 1f
        mrs     x6, cntvct_el0
1:      adr     x28, 1f
        mrs     x6, s3_0_c12_c12_0
1:      adr     x28, end
        svc     #8
        .global end
end:    hvc     #0

        /* X1: a device. The answers are errors. */
        .global external
external:
        resume  1f
        .global external_load
external_load:
        ldr     w6, [x1, #0x24]
1:      resume  1f
        .global external_store
external_store:
        str     x6, [x1, x2, lsl #3]
1:      resume  1f
        .global external_pair
external_pair:
        ldp     x6, x7, [x1, #-16]!
1:      resume  1f
        br      x3
1:      hvc     #0

        /* X1: a device. Each width, each as one access. */
        .global widths
widths: ldrb    w2, [x1]
        ldrh    w3, [x1, #2]
        ldr     w4, [x1, #4]
        ldr     x5, [x1, #8]
        strb    w2, [x1]
        strh    w3, [x1, #2]
        str     w4, [x1, #4]
        str     x5, [x1, #8]
        ldp     x6, x7, [x1, #16]
        hvc     #0

        /* X1: a device; X2 counts what is executed. */
        .global once
once:   add     x2, x2, #1
        ldr     w3, [x1]
        add     x2, x2, #1
        str     w3, [x1]
        add     x2, x2, #1
        sub     x4, x4, #1
        cbnz    x4, once
        hvc     #0

        /* X4 turns of three instructions, then one. */
        .global count
count:  add     x2, x2, #1
        sub     x4, x4, #1
        cbnz    x4, count
        hvc     #0

        /* X1: a word that X4 turns increase. */
        .global increase
increase:
        ldxr    x2, [x1]
        add     x2, x2, #1
        stxr    w3, x2, [x1]
        cbnz    w3, increase
        sub     x4, x4, #1
        cbnz    x4, increase
        hvc     #0

        /* X1: a word; X5: a device read between the exclusive load and store. W3: 1 when the store failed. */
        .global exclusive
exclusive:
        ldxr    x2, [x1]
        b       1f
1:      ldr     w6, [x5]
        b       2f
2:      stxr    w3, x2, [x1]
        hvc     #0

        /* Masked for X4 turns, then unmasked. */
        .global interrupts
interrupts:
        msr     daifset, #2
1:      sub     x4, x4, #1
        cbnz    x4, 1b
        .global interrupts_unmask
interrupts_unmask:
        msr     daifclr, #2
        nop
        hvc     #0

        .global wait
wait:   wfi
        .global wait_end
wait_end:
        hvc     #0

        /* A function that another processor changes: X0 afterwards says which it was. */
        .global call
call:   mov     x29, x30
        blr     x1
        hvc     #0
        .balign 64
        .global function
function:
        mov     x0, #1
        ret

        /* Writes W2 to X1 and makes instruction fetches see it. */
        .global change
change: str     w2, [x1]
        dc      cvau, x1
        dsb     ish
        ic      ivau, x1
        dsb     ish
        isb
        hvc     #0
        .global change_alone
change_alone:
        str     w2, [x1]
        hvc     #0

        /* Reads X1, through whatever translation is at hand. */
        .global read
read:   ldr     x0, [x1]
        hvc     #0

        /* Writes the descriptor X2 at X3 and invalidates the page of X1 everywhere. */
        .global remap
remap:  str     x2, [x3]
        dsb     ish
        lsr     x4, x1, #12
        tlbi    vaae1is, x4
        dsb     ish
        isb
        hvc     #0

        .global registers
registers:
        mrs     x0, mpidr_el1
        mrs     x1, id_aa64pfr0_el1
        mrs     x2, s3_0_c12_c12_0      /* ICC_IAR1_EL1 */
        msr     s3_0_c12_c12_1, x2      /* ICC_EOIR1_EL1 */
        mrs     x3, cntvct_el0
        mrs     x4, cntv_ctl_el0
        msr     cntv_cval_el0, x3
        mrs     x5, cntfrq_el0
        hvc     #0

        .global semihosting
semihosting:
        mov     w0, #0x18
        hlt     #0xf000
        hvc     #0

        /* The vectors are where nothing is. */
        .global stuck
stuck:  msr     vbar_el1, x1
        svc     #0
        hvc     #0

        /* X1: two doublewords. */
        .global stores
stores: mov     x2, #1
        str     x2, [x1]
        mov     x2, #2
        b       1f
1:      ldr     x3, [x1]
        str     x2, [x1, #8]
        mov     x2, #3
        b       2f
2:      hvc     #0

        /* More instructions than one block has, and no branch. */
        .balign 4096
        .global straight
straight:
        .rept   700
        add     x2, x2, #1
        .endr
        hvc     #0

        /* X1: memory. Instructions of which a block has but a few. */
        .balign 1024
        .global heavy
heavy:  .rept   100
        ld4     {v0.16b-v3.16b}, [x1]
        .endr
        hvc     #0
