#include "sw/drivers/gic/registers.h"
#include "sw/drivers/gic/secure.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "sw/include/system_register.h"
#include "sw/interrupts/spis.h"
#include "sw/random/transcript.h"

#define STEPS 64u
#define CTLR_CBPR BIT(0)
#define PMR_OPEN 0xffu
#define GICR_ISPENDR0 (GICR_SGI_BASE + 0x0200u)
#define GICR_ICPENDR0 (GICR_SGI_BASE + 0x0280u)
#define SGIS 0xffffu

#define IGRPEN1_EL3_both (BIT(0) | ICC_IGRPEN1_EL3_EnableGrp1S)

/* EL3 has the banks of the state that it came from. */
static const struct processor_state EL3 = {3, 1, 0};
static const struct processor_state secure_EL1 = {1, 1, 0};

struct security {
  struct interrupts* i;
  struct processor_state state;
  uint32_t last; /* what was acknowledged last */
};

static bool reaches_group_0(const struct security* s) {
  return s->state.exception_level == 3 || !s->state.fiqs_to_el3;
}

/* SCR_EL3.FIQ has EL3 take FIQs whatever EL1 masks: then only the group is enabled that is
 * signalled by IRQ. At the distributor: at QEMU's CPU interface a group that ICC_IGRPENn_EL1
 * disables hides the others. */
static void enable_groups(struct interrupts* i, const struct processor_state* next) {
  bool all = next->exception_level == 3 || !next->fiqs_to_el3;
  uint64_t own = next->secure ? GICD_CTLR_EnableGrp1S : GICD_CTLR_EnableGrp1A;
  uint64_t groups = GICD_CTLR_EnableGrp0 | GICD_CTLR_EnableGrp1S | GICD_CTLR_EnableGrp1A;
  mmio_write32(i->gic.distributor + GICD_CTLR,
               (uint32_t)(GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS_of_Secure | (all ? groups : own)));
  interrupts_settle();
}

static void enter(struct security* s) {
  struct generator* generator = &s->i->generator;
  struct processor_state state = EL3;
  if (generator_percent(generator, 70)) {
    state.exception_level = 1;
    state.secure = generator_percent(generator, 40);
  }
  state.fiqs_to_el3 = generator_percent(generator, 50);
  s->state = state;
  processor_enter(&EL3);
  enable_groups(s->i, &state);
  processor_enter(&state);
  interrupts_start_line(s->i, "enter");
  print_key(s->i->uart, "EL", state.exception_level);
  print_key(s->i->uart, "secure", state.secure);
  print_key(s->i->uart, "FIQ", state.fiqs_to_el3);
}

static void print_state(struct security* s) {
  const struct pl011* uart = s->i->uart;
  interrupts_settle();
  if (reaches_group_0(s)) {
    print_key(uart, "HPPIR0", system_register_read(ICC_HPPIR0_EL1));
    print_key_hexadecimal(uart, "BPR0", system_register_read(ICC_BPR0_EL1));
  }
  print_key(uart, "HPPIR1", system_register_read(ICC_HPPIR1_EL1));
  print_key_hexadecimal(uart, "BPR1", system_register_read(ICC_BPR1_EL1));
  print_key_hexadecimal(uart, "RPR", system_register_read(ICC_RPR_EL1));
  print_key_hexadecimal(uart, "PMR", system_register_read(ICC_PMR_EL1));
  print_key_hexadecimal(uart, "CTLR", system_register_read(ICC_CTLR_EL1));
  print_key_hexadecimal(uart, "IGRPEN1", system_register_read(ICC_IGRPEN1_EL1));
  print_key_hexadecimal(uart, "pending", spis_read(s->i, GICD_ISPENDR));
  print_key_hexadecimal(uart, "active", spis_read(s->i, GICD_ISACTIVER));
  print_key_hexadecimal(uart, "SGIs",
                        mmio_read32(s->i->redistributors[0].base + GICR_ISPENDR0) & SGIS);
  interrupts_end_line(s->i);
}

static void choose_groups(struct interrupts* i) {
  uint32_t group = (uint32_t)generator_next(&i->generator);
  uint32_t modifier = (uint32_t)generator_next(&i->generator);
  spis_write(i, GICD_IGROUPR, group & SPIS_MASK);
  spis_write(i, GICD_IGRPMODR, modifier & SPIS_MASK);
  mmio_write32(i->redistributors[0].base + GICR_IGROUPR0, (uint32_t)generator_next(&i->generator));
  mmio_write32(i->redistributors[0].base + GICR_IGRPMODR0, (uint32_t)generator_next(&i->generator));
  interrupts_start_line(i, "security");
  print_key_hexadecimal(i->uart, "IGROUPR", spis_read(i, GICD_IGROUPR));
  print_key_hexadecimal(i->uart, "IGRPMODR", spis_read(i, GICD_IGRPMODR));
  interrupts_end_line(i);
}

/* The three groups divide priorities alike, or QEMU would look at active ones of one group as those
 * of another are divided. ICC_BPR1_EL1 of Non-secure is one more for that. 4.8.3. */
static void divide_priorities(struct interrupts* i) {
  uint32_t point = 2 + generator_below(&i->generator, 5);
  static const struct processor_state non_secure_EL1 = {1, 0, 0};
  processor_enter(&non_secure_EL1);
  system_register_write(ICC_BPR1_EL1, point + 1);
  processor_enter(&secure_EL1);
  processor_enter(&EL3);
  system_register_write(ICC_BPR0_EL1, point);
  system_register_write(ICC_BPR1_EL1, point);
}

/* At EL3, after reset: active priorities of a run before would be in the way. */
static enum status set_up(struct security* s) {
  struct interrupts* i = s->i;
  processor_enter(&EL3);
  divide_priorities(i);
  s->state = EL3;
  enum status status = gic_secure_initialise(&i->gic);
  if (status == STATUS_OK) status = redistributor_find(&i->gic, &i->redistributors[0]);
  if (status == STATUS_OK) status = gic_secure_initialise_processor(&i->gic);
  if (status != STATUS_OK) return status;
  uint64_t own = i->redistributors[0].base;
  mmio_write32(own + GICR_ICENABLER0, SGIS);
  mmio_write32(own + GICR_ICPENDR0, SGIS);
  mmio_write32(own + GICR_ICACTIVER0, SGIS);
  spis_reset(i);
  choose_groups(i);
  for (unsigned sgi = 0; sgi < 16; sgi += 4)
    mmio_write32(own + GICR_IPRIORITYR + sgi,
                 (uint32_t)generator_next(&i->generator) & 0xf8f8f8f8u);
  mmio_write32(own + GICR_ISENABLER0, SGIS);
  system_register_write(ICC_PMR_EL1, PMR_OPEN);
  system_register_write(ICC_IGRPEN1_EL3, IGRPEN1_EL3_both);
  enable_groups(i, &EL3);
  return STATUS_OK;
}

static void acknowledge(struct security* s, bool group_0) {
  interrupts_start_line(s->i, group_0 ? "IAR0" : "IAR1");
  uint32_t intid = (uint32_t)system_register_read(group_0 ? ICC_IAR0_EL1 : ICC_IAR1_EL1);
  print_key(s->i->uart, "INTID", intid);
  if (!gic_is_special(intid)) s->last = intid;
}

static void write_register(struct security* s, const char* name, enum system_register which,
                           uint64_t value) {
  interrupts_start_line(s->i, name);
  print_key_hexadecimal(s->i->uart, "value", value);
  system_register_write(which, value);
}

static void write_control(struct security* s) {
  uint64_t changeable = CTLR_CBPR | ICC_CTLR_EOImode;
  uint64_t others = system_register_read(ICC_CTLR_EL1) & ~changeable;
  write_register(s, "CTLR", ICC_CTLR_EL1, others | (generator_next(&s->i->generator) & changeable));
}

static void change_pending(struct security* s) {
  bool set = generator_percent(&s->i->generator, 80);
  spis_write_some(s->i, set ? "ISPENDR" : "ICPENDR", set ? GICD_ISPENDR : GICD_ICPENDR);
}

static void send_sgi(struct security* s, const char* name, enum system_register which) {
  write_register(s, name, which, 1 | (uint64_t)generator_below(&s->i->generator, 16) << 24);
}

static void group_0_step(struct security* s, uint32_t kind) {
  if (kind < 4) {
    acknowledge(s, true);
  } else if (kind < 7) {
    write_register(s, "EOIR0", ICC_EOIR0_EL1, s->last);
  } else {
    send_sgi(s, "SGI0R", ICC_SGI0R_EL1);
  }
}

static void step(struct security* s) {
  struct generator* generator = &s->i->generator;
  uint32_t kind = generator_below(generator, 24);
  if (kind < 4) {
    enter(s);
  } else if (kind < 8) {
    change_pending(s);
  } else if (kind < 12) {
    acknowledge(s, false);
  } else if (kind < 15) {
    write_register(s, "EOIR1", ICC_EOIR1_EL1, s->last);
  } else if (kind == 15) {
    write_register(s, "DIR", ICC_DIR_EL1, s->last);
  } else if (kind == 16) {
    write_register(s, "PMR", ICC_PMR_EL1, generator_next(generator) & 0xff);
  } else if (kind < 19) {
    write_control(s);
  } else if (kind == 19) {
    bool alias = generator_percent(generator, 50);
    send_sgi(s, alias ? "ASGI1R" : "SGI1R", alias ? ICC_ASGI1R_EL1 : ICC_SGI1R_EL1);
  } else if (!reaches_group_0(s)) {
    change_pending(s);
  } else {
    group_0_step(s, generator_below(generator, 9));
  }
}

void interrupts_run_secure(struct interrupts* i) {
  struct security security = {.i = i, .last = INTERRUPTS_FIRST_SPI};
  generator_seed(&i->generator, i->seed);
  i->step = 0;
  enum status status = set_up(&security);
  interrupts_start_line(i, "set_up");
  print_key(i->uart, "status", (uint64_t)status);
  print_state(&security);
  for (unsigned n = 0; status == STATUS_OK && n < STEPS; n++) {
    step(&security);
    print_state(&security);
  }
}
