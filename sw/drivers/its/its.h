/* GICv3 Interrupt Translation Service: its tables and commands. IHI 0069, chapter 5. */
#ifndef SW_DRIVERS_ITS_ITS_H
#define SW_DRIVERS_ITS_ITS_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/gic/gic.h"
#include "sw/include/lock.h"
#include "sw/include/region.h"
#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ITS_COLLECTIONS 256

struct its_device_table {
  uint64_t base; /* 0: the ITS keeps it inside */
  unsigned entry_size;
  uint64_t page_size;
  uint64_t entries; /* DeviceIDs below this can be mapped */
  bool indirect;
};

struct its {
  /* Filled in by the caller. */
  uint64_t base;
  struct region* memory;
  /* Filled in by its_initialise(). */
  struct lock lock;
  unsigned interrupt_entry_size; /* GITS_TYPER.ITT_entry_size + 1 */
  bool target_is_address;        /* GITS_TYPER.PTA */
  struct its_device_table devices;
  uint64_t commands; /* the command queue */
  uint64_t write_offset;
  uint64_t targets[ITS_COLLECTIONS]; /* RDbase of each collection */
};

struct its_command {
  uint64_t words[4];
};

/* Quiesces, gives the ITS its tables and command queue, and enables it. */
enum status its_initialise(struct its* its);
/* The physical address that a message is written to. */
uint64_t its_doorbell(const struct its* its);

/* Each returns when the ITS has executed the command and the SYNC after it (MAPD has none). */
enum status its_map_collection(struct its* its, unsigned collection,
                               const struct redistributor* redistributor);
/* Allocates an interrupt translation table for EventIDs below `events`. */
enum status its_map_device(struct its* its, uint32_t device_id, unsigned events);
enum status its_unmap_device(struct its* its, uint32_t device_id);
enum status its_map_event(struct its* its, uint32_t device_id, uint32_t event_id, uint32_t intid,
                          unsigned collection);
/* The SYNC goes to the collection that the event leaves. */
enum status its_move_event(struct its* its, uint32_t device_id, uint32_t event_id, unsigned from,
                           unsigned to);
enum status its_discard_event(struct its* its, uint32_t device_id, uint32_t event_id,
                              unsigned collection);
/* INV: the LPI's property byte is read again. */
enum status its_invalidate_event(struct its* its, uint32_t device_id, uint32_t event_id,
                                 unsigned collection);
enum status its_invalidate_collection(struct its* its, unsigned collection);
enum status its_raise_event(struct its* its, uint32_t device_id, uint32_t event_id,
                            unsigned collection);
enum status its_clear_event(struct its* its, uint32_t device_id, uint32_t event_id,
                            unsigned collection);

#ifdef __cplusplus
}
#endif

#endif
