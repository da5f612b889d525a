#include "sw/host/host.h"

#include "sw/include/access.h"
#include "sw/include/system_register.h"

static const struct host_operations* operations;

void host_set_operations(const struct host_operations* table) {
  operations = table;
}

uint32_t mmio_read32(uint64_t address) {
  return (uint32_t)operations->read(address, 4, true);
}
uint64_t mmio_read64(uint64_t address) {
  return operations->read(address, 8, true);
}
void mmio_write32(uint64_t address, uint32_t value) {
  operations->write(address, 4, value, true);
}
void mmio_write64(uint64_t address, uint64_t value) {
  operations->write(address, 8, value, true);
}

uint8_t mem_read8(uint64_t address) {
  return (uint8_t)operations->read(address, 1, false);
}
uint32_t mem_read32(uint64_t address) {
  return (uint32_t)operations->read(address, 4, false);
}
uint64_t mem_read64(uint64_t address) {
  return operations->read(address, 8, false);
}
void mem_write8(uint64_t address, uint8_t value) {
  operations->write(address, 1, value, false);
}
void mem_write32(uint64_t address, uint32_t value) {
  operations->write(address, 4, value, false);
}
void mem_write64(uint64_t address, uint64_t value) {
  operations->write(address, 8, value, false);
}
void mem_fill(uint64_t address, uint64_t size, uint8_t value) {
  operations->fill(address, size, value);
}

void data_synchronization_barrier(void) {
  operations->barrier();
}

uint64_t system_register_read(enum system_register which) {
  return operations->system_register_read((uint32_t)which);
}
void system_register_write(enum system_register which, uint64_t value) {
  operations->system_register_write((uint32_t)which, value);
}

unsigned processor_number(void) {
  return operations->number();
}
uint32_t processor_affinity(void) {
  return operations->affinity();
}
uint64_t processor_time_ns(void) {
  return operations->time_ns();
}

void processor_enter(const struct processor_state* state) {
  operations->enter(state);
}

void interrupts_install(interrupt_handler* handler, void* argument) {
  operations->install_handler(handler, argument);
}
void interrupts_unmask(void) {
  operations->set_interrupt_mask(false);
}
uint64_t interrupts_mask(void) {
  return operations->set_interrupt_mask(true);
}
void interrupts_restore(uint64_t state) {
  operations->set_interrupt_mask(state != 0);
}
void fiqs_install(interrupt_handler* handler, void* argument) {
  operations->install_fiq_handler(handler, argument);
}
void fiqs_unmask(void) {
  operations->set_fiq_mask(false);
}
uint64_t fiqs_mask(void) {
  return operations->set_fiq_mask(true);
}
void fiqs_restore(uint64_t state) {
  operations->set_fiq_mask(state != 0);
}
void wait_for_interrupt(void) {
  operations->wait_for_interrupt();
}
void wait_for_event(void) {
  operations->wait_for_event();
}
void send_event(void) {
  operations->send_event();
}
void spin_hint(void) {
  operations->spin_hint();
}
void spin_until_written(uint64_t address, uint64_t limit_ns) {
  operations->spin_until_written(address, limit_ns);
}
