/* processor_enter() where the processor began at EL3: to EL1 by ERET, back to EL3 by SMC. EL3 has its MMU off, and its
 * stack is that of EL1. DDI 0487, D1.3 and D17.2.117 (SCR_EL3). */

#define EL3 (3 << 2)                    /* CurrentEL */
#define SCR_NS (1 << 0)
#define SCR_FIQ (1 << 2)
#define SCR_RES1 (3 << 4)
#define SCR_RW (1 << 10)
#define SPSR_EL1h_MASKED 0x3c5          /* D, A, I and F */

        .text
        .global processor_enter
/* x0: struct processor_state; its words are the Exception level, Secure, and SCR_EL3.FIQ. */
processor_enter:
        ldp     w1, w2, [x0]
        ldr     w3, [x0, #8]
        mrs     x4, CurrentEL
        cmp     x4, #EL3
        b.eq    enter
        smc     #0                      /* goes on at `enter` */

enter:  adr     x4, EL3_vectors
        msr     vbar_el3, x4
        mrs     x4, scr_el3
        and     x4, x4, #SCR_NS         /* EL3 keeps the state that it came from */
        cmp     w1, #3
        b.eq    1f
        cmp     w2, #0
        cset    x4, eq
1:      mov     x5, #(SCR_RES1 | SCR_RW)
        orr     x4, x4, x5
        cmp     w3, #0
        mov     x5, #SCR_FIQ
        csel    x5, x5, xzr, ne
        orr     x4, x4, x5
        msr     scr_el3, x4
        isb
        cmp     w1, #3
        b.eq    2f
        mov     x4, sp
        msr     sp_el1, x4
        msr     elr_el3, x30
        mov     x4, #SPSR_EL1h_MASKED
        msr     spsr_el3, x4
        eret
2:      ret

        .macro  lost
        .balign 0x80
        b       lost_exception
        .endm

        .balign 0x800
EL3_vectors:
        .rept   8                       /* from EL3 itself */
        lost
        .endr
        .balign 0x80
        mrs     x5, esr_el3             /* from EL1: the SMC above, or an access that is trapped */
        lsr     x5, x5, #26
        cmp     x5, #0x17
        b.ne    lost_exception
        mrs     x5, sp_el1
        mov     sp, x5
        b       enter
        .rept   7
        lost
        .endr

lost_exception:
        mrs     x0, esr_el3
        mrs     x1, elr_el3
        mrs     x2, far_el3
        bl      firmware_unexpected_exception
1:      wfi
        b       1b
