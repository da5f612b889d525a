#include "sw/drivers/gic/registers.h"
#include "sw/include/system_register.h"
#include "sw/interrupts/spis.h"
#include "sw/random/transcript.h"

#define STEPS 48u

static void set_control(bool split) {
  uint64_t control = system_register_read(ICC_CTLR_EL1) & ~ICC_CTLR_EOImode;
  system_register_write(ICC_CTLR_EL1, split ? control | ICC_CTLR_EOImode : control);
}

static void set_up(struct interrupts* i) {
  system_register_write(ICC_AP1R0_EL1, 0);
  system_register_write(ICC_PMR_EL1, 0xff);
  system_register_write(ICC_BPR1_EL1, generator_below(&i->generator, 8));
  set_control(generator_percent(&i->generator, 50));
  uint32_t edges = spis_reset(i);
  interrupts_start_line(i, "priorities");
  print_key_hexadecimal(i->uart, "edges", edges);
  print_key_hexadecimal(i->uart, "BPR1", system_register_read(ICC_BPR1_EL1));
  print_key_hexadecimal(i->uart, "CTLR", system_register_read(ICC_CTLR_EL1));
  print_key_hexadecimal(i->uart, "PMR", system_register_read(ICC_PMR_EL1));
  interrupts_end_line(i);
}

static void print_state(struct interrupts* i) {
  interrupts_settle();
  print_key(i->uart, "HPPIR1", system_register_read(ICC_HPPIR1_EL1));
  print_key_hexadecimal(i->uart, "RPR", system_register_read(ICC_RPR_EL1));
  print_key_hexadecimal(i->uart, "AP1R0", system_register_read(ICC_AP1R0_EL1));
  print_key_hexadecimal(i->uart, "pending", spis_read(i, GICD_ISPENDR));
  print_key_hexadecimal(i->uart, "active", spis_read(i, GICD_ISACTIVER));
  interrupts_end_line(i);
}

/* An INTID for what asks for one: the last acknowledged, any of the SPIs, or one of the special
 * ones. */
static uint32_t some_intid(struct interrupts* i, uint32_t last) {
  if (last != 0 && generator_percent(&i->generator, 70)) return last;
  if (generator_percent(&i->generator, 10)) return 1020 + generator_below(&i->generator, 4);
  return INTERRUPTS_FIRST_SPI + generator_below(&i->generator, INTERRUPTS_SPIS);
}

static void write_with_intid(struct interrupts* i, const char* name, enum system_register which,
                             uint32_t intid) {
  interrupts_start_line(i, name);
  print_key(i->uart, "INTID", intid);
  system_register_write(which, intid);
}

static void write_value(struct interrupts* i, const char* name, enum system_register which,
                        uint64_t value) {
  interrupts_start_line(i, name);
  system_register_write(which, value);
  print_key_hexadecimal(i->uart, "value", system_register_read(which));
}

static void change_priority(struct interrupts* i) {
  unsigned spi = generator_below(&i->generator, INTERRUPTS_SPIS);
  interrupts_start_line(i, "IPRIORITYR");
  print_key(i->uart, "INTID", INTERRUPTS_FIRST_SPI + spi);
  spis_set_priority(i, spi, spis_some_priority(i));
}

static uint32_t acknowledge(struct interrupts* i, uint32_t last) {
  interrupts_start_line(i, "IAR1");
  uint32_t intid = gic_acknowledge();
  print_key(i->uart, "INTID", intid);
  return gic_is_special(intid) ? last : intid;
}

static void set_some_control(struct interrupts* i) {
  bool split = generator_percent(&i->generator, 50);
  interrupts_start_line(i, "EOImode");
  print_key(i->uart, "value", split);
  set_control(split);
}

/* One step of all that may be done; 20 in 100 raise, 20 acknowledge, 20 end. */
static uint32_t step(struct interrupts* i, uint32_t last) {
  uint32_t kind = generator_below(&i->generator, 20);
  if (kind < 4) {
    spis_write_some(i, "ISPENDR", GICD_ISPENDR);
  } else if (kind < 8) {
    return acknowledge(i, last);
  } else if (kind < 11) {
    write_with_intid(i, "EOIR1", ICC_EOIR1_EL1, some_intid(i, last));
  } else if (kind == 11) {
    write_with_intid(i, "EOIR0", ICC_EOIR0_EL1, some_intid(i, last));
  } else if (kind < 14) {
    write_with_intid(i, "DIR", ICC_DIR_EL1, some_intid(i, last));
  } else if (kind == 14) {
    change_priority(i);
  } else if (kind == 15) {
    write_value(i, "PMR", ICC_PMR_EL1, generator_next(&i->generator) & 0xff);
  } else if (kind == 16 && interrupts_idle()) {
    write_value(i, "BPR1", ICC_BPR1_EL1, generator_below(&i->generator, 8));
  } else if (kind == 17) {
    bool enable = generator_percent(&i->generator, 60);
    spis_write_some(i, enable ? "ISENABLER" : "ICENABLER",
                    enable ? GICD_ISENABLER : GICD_ICENABLER);
  } else if (kind == 18) {
    bool set = generator_percent(&i->generator, 40);
    spis_write_some(i, set ? "ISACTIVER" : "ICACTIVER", set ? GICD_ISACTIVER : GICD_ICACTIVER);
  } else if (generator_percent(&i->generator, 50)) {
    spis_write_some(i, "ICPENDR", GICD_ICPENDR);
  } else {
    set_some_control(i);
  }
  return last;
}

void interrupts_run_priorities(struct interrupts* i) {
  set_up(i);
  uint32_t last = 0;
  for (unsigned n = 0; n < STEPS; n++) {
    last = step(i, last);
    print_state(i);
  }
  spis_quiet(i);
  system_register_write(ICC_AP1R0_EL1, 0);
  system_register_write(ICC_PMR_EL1, PRIORITY_MASK_OPEN);
  system_register_write(ICC_BPR1_EL1, 0);
  set_control(false);
}
