/* ITS registers and commands. IHI 0069, sections 12.19 (registers) and 5.3 (commands). */
#ifndef SW_DRIVERS_ITS_REGISTERS_H
#define SW_DRIVERS_ITS_REGISTERS_H

#include "sw/drivers/gic/registers.h"
#include "sw/include/bits.h"

#define GITS_CTLR 0x0000u
#define GITS_CTLR_Enabled BIT(0)
#define GITS_CTLR_ImDe BIT(1)
#define GITS_CTLR_Quiescent BIT(31)
#define GITS_TYPER 0x0008u
#define GITS_TYPER_Physical BIT(0)
#define GITS_TYPER_ITT_entry_size BITS(7, 4) /* bytes - 1 */
#define GITS_TYPER_Devbits BITS(17, 13)      /* bits - 1 */
#define GITS_TYPER_PTA BIT(19)               /* RDbase is an address, not a processor number */
#define GITS_CBASER 0x0080u
#define GITS_CWRITER 0x0088u
#define GITS_CREADR 0x0090u
#define GITS_CREADR_Stalled BIT(0)
#define GITS_COMMAND_OFFSET BITS(19, 5)
#define GITS_BASER 0x0100u /* eight, of 64 bits */
#define GITS_BASERS 8u
#define GITS_PIDR2 0xffe8u
#define GITS_TRANSLATER 0x10040u

#define CBASER_Valid BIT(63)
#define CBASER_InnerCache BITS(61, 59)
#define CBASER_Physical_Address BITS(51, 12)
#define CBASER_Size BITS(7, 0) /* pages of 4 KiB - 1 */

#define BASER_Valid BIT(63)
#define BASER_Indirect BIT(62)
#define BASER_InnerCache BITS(61, 59)
#define BASER_Type BITS(58, 56)
#define TABLE_DEVICES 1u
#define TABLE_COLLECTIONS 4u
#define BASER_Entry_Size BITS(52, 48) /* bytes - 1 */
#define BASER_Physical_Address BITS(47, 12)
#define BASER_Page_Size BITS(9, 8) /* 4, 16, 64 KiB */
#define BASER_Size BITS(7, 0)      /* pages - 1 */
#define INDIRECT_ENTRY_Valid BIT(63)
#define INDIRECT_ENTRY_SIZE 8u

#define COMMAND_MOVI 0x01u
#define COMMAND_INT 0x03u
#define COMMAND_CLEAR 0x04u
#define COMMAND_SYNC 0x05u
#define COMMAND_MAPD 0x08u
#define COMMAND_MAPC 0x09u
#define COMMAND_MAPTI 0x0au
#define COMMAND_MAPI 0x0bu
#define COMMAND_INV 0x0cu
#define COMMAND_INVALL 0x0du
#define COMMAND_MOVALL 0x0eu
#define COMMAND_DISCARD 0x0fu

/* Fields by doubleword. */
#define COMMAND0_OPCODE BITS(7, 0)
#define COMMAND0_DeviceID BITS(63, 32)
#define COMMAND1_Size BITS(4, 0)
#define COMMAND1_EventID BITS(31, 0)
#define COMMAND1_pINTID BITS(63, 32)
#define COMMAND2_Valid BIT(63)
#define COMMAND2_ITT_addr BITS(51, 8)
#define COMMAND2_RDbase BITS(50, 16)
#define COMMAND2_ICID BITS(15, 0)

#endif
