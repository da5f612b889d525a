#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/include/system_register.h"
#include "sw/interrupts/interrupts.h"
#include "sw/random/transcript.h"

#define STEPS 8u
#define SGIS 16u
#define GICR_ISPENDR0 (GICR_SGI_BASE + 0x0200u)
#define GICR_ICPENDR0 (GICR_SGI_BASE + 0x0280u)
#define SGI1R_IRM BIT(40)
#define SGI1R_INTID BITS(27, 24)
#define SGI1R_Aff1 BITS(23, 16)
#define SGI1R_TargetList BITS(15, 0)

static uint64_t frame(const struct interrupts* i, unsigned processor, uint64_t offset) {
  return i->redistributors[processor].base + offset;
}

/* SGIs with random enables and priorities of their own, none pending. */
static void set_up(struct interrupts* i) {
  for (unsigned processor = 0; processor < i->processors; processor++) {
    uint32_t enabled = (uint32_t)(generator_next(&i->generator) | generator_next(&i->generator));
    mmio_write32(frame(i, processor, GICR_ICENABLER0), 0xffff);
    mmio_write32(frame(i, processor, GICR_ICPENDR0), 0xffff);
    mmio_write32(frame(i, processor, GICR_ISENABLER0), enabled & 0xffff);
    for (unsigned sgi = 0; sgi < SGIS; sgi += 4)
      mmio_write32(frame(i, processor, GICR_IPRIORITYR) + sgi,
                   (uint32_t)generator_next(&i->generator) & 0x78787878u);
  }
}

/* Of each processor that has any: "number:mask". */
static void print_pending(struct interrupts* i) {
  interrupts_settle();
  print_text(i->uart, " pending=");
  for (unsigned processor = 0; processor < i->processors; processor++) {
    uint32_t pending = mmio_read32(frame(i, processor, GICR_ISPENDR0)) & 0xffff;
    if (pending == 0) continue;
    print_decimal(i->uart, processor);
    print_text(i->uart, ":");
    print_hexadecimal(i->uart, pending);
    print_text(i->uart, ",");
  }
}

/* Ranges (RS) need GICD_TYPER.RSS, which QEMU has not. */
static void send(struct interrupts* i) {
  uint32_t sgi = generator_below(&i->generator, SGIS);
  uint64_t value = field_put(SGI1R_INTID, sgi) |
                   field_put(SGI1R_Aff1, generator_below(&i->generator, 3)) |
                   field_put(SGI1R_TargetList, generator_next(&i->generator));
  if (generator_percent(&i->generator, 25)) value |= SGI1R_IRM;
  interrupts_start_line(i, value & SGI1R_IRM ? "SGI1R.IRM" : "SGI1R");
  print_key_hexadecimal(i->uart, "value", value);
  system_register_write(ICC_SGI1R_EL1, value);
  print_pending(i);
  interrupts_end_line(i);
}

static void take_all(struct interrupts* i) {
  for (unsigned processor = 0; processor < i->processors; processor++) {
    uint32_t intid = interrupts_ask(i, processor, INTERRUPTS_TAKE);
    if (intid == 1023) continue;
    interrupts_start_line(i, "SGIs");
    print_key(i->uart, "processor", processor);
    for (; intid != 1023; intid = interrupts_ask(i, processor, INTERRUPTS_TAKE))
      print_key(i->uart, "INTID", intid);
    interrupts_end_line(i);
  }
}

void interrupts_run_sgis(struct interrupts* i) {
  set_up(i);
  for (unsigned n = 0; n < STEPS; n++)
    send(i);
  take_all(i);
  for (unsigned processor = 0; processor < i->processors; processor++) {
    mmio_write32(frame(i, processor, GICR_ICENABLER0), 0xffff);
    mmio_write32(frame(i, processor, GICR_ICPENDR0), 0xffff);
  }
}
