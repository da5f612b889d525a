/* Stream table entries, context descriptors, commands and events in memory. IHI 0070, chapters 4, 5
 * and 7. */
#ifndef SW_DRIVERS_SMMU_STRUCTURES_H
#define SW_DRIVERS_SMMU_STRUCTURES_H

#include "sw/include/bits.h"

#define ENTRY_WORDS 8u /* of an STE or a CD */

/* Level-1 descriptor of a stream table, 5.1. */
#define STD_SIZE 8u
#define STD_Span BITS(4, 0) /* 2^(Span - 1) entries */
#define STD_L2Ptr BITS(51, 6)

/* Stream table entry, 5.2. */
#define STE_SIZE 64u
#define STE0_V BIT(0)
#define STE0_Config BITS(3, 1)
#define STE_CONFIG_ABORT 0u
#define STE_CONFIG_BYPASS 4u
#define STE_CONFIG_STAGE_1 5u
#define STE_CONFIG_STAGE_2 6u
#define STE_CONFIG_NESTED 7u
#define STE0_S1Fmt BITS(5, 4)
#define S1FMT_LINEAR 0u
#define S1FMT_64K 2u /* two levels, leaves of 1024 CDs */
#define STE0_S1ContextPtr BITS(51, 6)
#define STE0_S1CDMax BITS(63, 59)
#define STE1_S1DSS BITS(1, 0)
#define S1DSS_SUBSTREAM_0 2u
#define STE1_S1CIR BITS(3, 2)
#define STE1_S1COR BITS(5, 4)
#define STE1_S1CSH BITS(7, 6)
#define STE1_S1STALLD BIT(27)
#define STE1_EATS BITS(29, 28)
#define EATS_NONE 0u
#define EATS_FULL 1u
#define STE1_STRW BITS(31, 30)
#define STE1_SHCFG BITS(45, 44)
#define SHCFG_INCOMING 1u
#define STE2_S2VMID BITS(15, 0)
#define STE2_S2T0SZ BITS(37, 32)
#define STE2_S2SL0 BITS(39, 38)
#define STE2_S2IR0 BITS(41, 40)
#define STE2_S2OR0 BITS(43, 42)
#define STE2_S2SH0 BITS(45, 44)
#define STE2_S2TG BITS(47, 46)
#define STE2_S2PS BITS(50, 48)
#define STE2_S2AA64 BIT(51)
#define STE2_S2S BIT(57)
#define STE2_S2R BIT(58)
#define STE3_S2TTB BITS(51, 4)

/* Context descriptor, 5.4. */
#define CD_SIZE 64u
#define CD0_T0SZ BITS(5, 0)
#define CD0_TG0 BITS(7, 6)
#define CD0_IR0 BITS(9, 8)
#define CD0_OR0 BITS(11, 10)
#define CD0_SH0 BITS(13, 12)
#define CD0_EPD0 BIT(14)
#define CD0_EPD1 BIT(30)
#define CD0_V BIT(31)
#define CD0_IPS BITS(34, 32)
#define CD0_AA64 BIT(41)
#define CD0_S BIT(44)
#define CD0_R BIT(45)
#define CD0_A BIT(46)
#define CD0_ASET BIT(47)
#define CD0_ASID BITS(63, 48)
#define CD1_TTB0 BITS(51, 4)

/* Level-1 descriptor of a table of CDs, 5.3. */
#define L1CD_SIZE 8u
#define L1CD_V BIT(0)
#define L1CD_L2Ptr BITS(51, 12)

/* Commands, chapter 4. */
#define COMMAND_SIZE 16u
#define CMD_PREFETCH_CONFIG 0x01u
#define CMD_CFGI_STE 0x03u
#define CMD_CFGI_STE_RANGE 0x04u
#define CMD_CFGI_CD 0x05u
#define CMD_CFGI_CD_ALL 0x06u
#define CMD_TLBI_NH_ALL 0x10u
#define CMD_TLBI_NH_ASID 0x11u
#define CMD_TLBI_NH_VA 0x12u
#define CMD_TLBI_NH_VAA 0x13u
#define CMD_TLBI_EL2_ALL 0x20u
#define CMD_TLBI_S12_VMALL 0x28u
#define CMD_TLBI_S2_IPA 0x2au
#define CMD_TLBI_NSNH_ALL 0x30u
#define CMD_ATC_INV 0x40u
#define CMD_PRI_RESP 0x41u
#define CMD_RESUME 0x44u
#define CMD_STALL_TERM 0x45u
#define CMD_SYNC 0x46u
#define CMD0_OPCODE BITS(7, 0)
#define CMD0_SSV BIT(11)
#define CMD0_SSID BITS(31, 12)
#define CMD0_StreamID BITS(63, 32)
#define CMD1_Leaf BIT(0)
#define CFGI1_Range BITS(4, 0)
#define CFGI_RANGE_ALL 31u
#define TLBI0_NUM BITS(16, 12)
#define TLBI0_SCALE BITS(24, 20)
#define TLBI_NUM_LIMIT 32u /* NUM + 1 */
#define TLBI_SCALE_LIMIT 31u
#define TLBI0_VMID BITS(47, 32)
#define TLBI0_ASID BITS(63, 48)
#define TLBI1_TTL BITS(9, 8)
#define TLBI1_TG BITS(11, 10)
#define TG_4K 1u
#define TG_16K 2u
#define TG_64K 3u
#define TLBI1_Address BITS(63, 12)
#define TLBI1_IPA BITS(51, 12)
#define RESUME0_Ac BIT(12)
#define RESUME0_Ab BIT(13)
#define RESUME1_STAG BITS(15, 0)
#define ATC1_Size BITS(5, 0)
#define ATC_SIZE_ALL 52u
#define PRI_RESP1_PRGIndex BITS(8, 0)
#define PRI_RESP1_Resp BITS(13, 12)
#define SYNC0_CS BITS(13, 12)
#define CS_NONE 0u
#define CS_IRQ 1u /* with MSI: a write to memory */
#define CS_SEV 2u
#define SYNC0_MSH BITS(23, 22)
#define SYNC0_MSIATTR BITS(27, 24)
#define MSIATTR_WRITE_BACK 0xfu
#define SYNC1_MSIADDR BITS(51, 2)

/* Page requests, 8. */
#define PAGE_REQUEST_SIZE 16u
#define PRI0_StreamID BITS(31, 0)
#define PRI0_SubstreamID BITS(51, 32)
#define PRI0_Priv BIT(58)
#define PRI0_X BIT(59)
#define PRI0_R BIT(60)
#define PRI0_W BIT(61)
#define PRI0_Last BIT(62)
#define PRI0_SSV BIT(63)
#define PRI1_PRGIndex BITS(8, 0)
#define PRI1_Address BITS(63, 12)

/* Event records, 7.3. */
#define EVENT_SIZE 32u
#define EVENT0_ID BITS(7, 0)
#define F_TRANSLATION 0x10u /* to F_PERMISSION: the faults that may stall */
#define F_PERMISSION 0x13u
#define EVENT0_SSV BIT(11)
#define EVENT0_SubstreamID BITS(31, 12)
#define EVENT0_StreamID BITS(63, 32)
#define EVENT1_STAG BITS(15, 0)
#define EVENT1_Stall BIT(31)
#define EVENT1_RnW BIT(35)
#define EVENT1_S2 BIT(39)
#define EVENT3_IPA BITS(55, 12)

#endif
