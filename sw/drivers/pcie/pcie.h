/* A PCI Express hierarchy behind ECAM: found, numbered, and its BARs given addresses. */
#ifndef SW_DRIVERS_PCIE_PCIE_H
#define SW_DRIVERS_PCIE_PCIE_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PCIE_BARS 6

struct pcie_bar {
  uint64_t address; /* on the bus and for the processor alike */
  uint64_t size;    /* 0: not there */
  bool prefetchable;
};

struct pcie_function {
  uint16_t requester_id; /* bus << 8 | device << 3 | function */
  uint16_t vendor_id;
  uint16_t device_id;
  uint32_t class_code;
  bool bridge;
  struct pcie_bar bars[PCIE_BARS];
};

struct pcie_window {
  uint64_t next; /* the first free address */
  uint64_t end;
};

struct pcie_host {
  /* Filled in by the caller. */
  uint64_t ecam;                          /* physical address of bus 0 */
  unsigned last_bus;                      /* the highest bus number that ECAM reaches */
  unsigned root_buses;                    /* buses 0 to n-1 have no bridge above them; at least 1 */
  struct pcie_window memory;              /* below 4 GiB */
  struct pcie_window prefetchable_memory; /* for 64-bit prefetchable BARs; empty: use `memory` */
  struct pcie_function* functions;
  unsigned capacity; /* how many fit into `functions` */
  /* Filled in by pcie_enumerate(). */
  unsigned count;
  unsigned highest_bus;
};

/* Finds all functions, numbers the buses and assigns every memory BAR. Decoding stays off. */
enum status pcie_enumerate(struct pcie_host* host);
/* The first function with these identifiers, or null. */
struct pcie_function* pcie_find(const struct pcie_host* host, uint16_t vendor_id,
                                uint16_t device_id);

uint32_t pcie_config_read(const struct pcie_host* host, uint16_t requester_id, unsigned offset);
void pcie_config_write(const struct pcie_host* host, uint16_t requester_id, unsigned offset,
                       uint32_t value);
/* Sets and clears bits of COMMAND. */
void pcie_command(const struct pcie_host* host, uint16_t requester_id, uint32_t set,
                  uint32_t clear);
/* The offset of a capability, or 0. */
unsigned pcie_capability(const struct pcie_host* host, uint16_t requester_id, uint8_t id);

/* Sizes the BARs of a function and gives each memory BAR an address. */
enum status pcie_assign_bars(struct pcie_host* host, struct pcie_function* function);
/* Numbers the bus behind a bridge, enumerates it and opens the bridge's windows. */
enum status pcie_enumerate_bridge(struct pcie_host* host, const struct pcie_function* bridge);
enum status pcie_enumerate_bus(struct pcie_host* host, unsigned bus, unsigned devices);

#ifdef __cplusplus
}
#endif

#endif
