/* The tables that the ITS keeps in memory, for the files of this driver. IHI 0069, section 5.2. */
#ifndef SW_DRIVERS_ITS_TABLES_H
#define SW_DRIVERS_ITS_TABLES_H

#include "sw/drivers/its/its.h"

/* Negotiates every GITS_BASER and gives it memory. The ITS is disabled and quiescent. */
enum status its_tables_initialise(struct its* its, unsigned device_bits);
/* Makes room for a DeviceID: a second-level page when the table is indirect. */
enum status its_tables_add_device(struct its* its, uint32_t device_id);

#endif
