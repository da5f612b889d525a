/* What stands between the message of a function and a processor: the kinds of doorbells, each a
 * table of what msi.c has to know of it. */
#ifndef SW_DRIVERS_MSI_DOORBELLS_H
#define SW_DRIVERS_MSI_DOORBELLS_H

#include "sw/drivers/msi/msi.h"

#ifdef __cplusplus
extern "C" {
#endif

struct msi_doorbells {
  /* Where a function writes for a vector of a processor, as it sees it, and what. */
  uint64_t (*address)(const struct msi_device* device, unsigned processor);
  uint32_t (*data)(const struct msi_vector* vector);
  /* Around all vectors of a device. */
  enum status (*attach)(struct msi_device* device);
  enum status (*detach)(struct msi_device* device);
  /* Around the use of one vector, for its processor. The function sends nothing before and after.
   */
  enum status (*open)(struct msi_device* device, struct msi_vector* vector);
  enum status (*close)(struct msi_device* device, struct msi_vector* vector);
  enum status (*set_enabled)(struct msi_device* device, const struct msi_vector* vector,
                             bool enabled);
  /* While the function may send. */
  enum status (*set_processor)(struct msi_device* device, struct msi_vector* vector,
                               unsigned processor);
};

/* GITS_TRANSLATER. */
extern const struct msi_doorbells its_doorbells;
/* A GICv2m frame, or the alias of GICD_SETSPI_NSR: `frame` and its SPIs are in the controller. */
extern const struct msi_doorbells spi_doorbells;
/* GICR_SETLPIR of each processor. Vectors of MSI-X alone can go from one to another. */
extern const struct msi_doorbells lpi_doorbells;

#ifdef __cplusplus
}
#endif

#endif
