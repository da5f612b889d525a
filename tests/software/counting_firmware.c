/* Says a letter, computes in its registers for a while, and says the next one: a run that looks as
 * if it stood still in between. With 1000 cycles an instruction the while is some 2.6 s. */
#include <stdint.h>

#include "sw/start/firmware.h"

#define UART UINT64_C(0x09000000)

static void say(char letter) {
  *(volatile uint32_t*)UART = (uint32_t)letter;
  *(volatile uint32_t*)UART = '\n';
}

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)syndrome, (void)return_address, (void)fault_address;
  system_off();
}

void firmware_main(unsigned processor) {
  (void)processor;
  for (char letter = 'a'; letter <= 'e'; ++letter) {
    say(letter);
    uint64_t turns = 3300000;
    __asm__ volatile("1: subs %0, %0, #1\n b.ne 1b" : "+r"(turns) : : "cc");
  }
  system_off();
}
