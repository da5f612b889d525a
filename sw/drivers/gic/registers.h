/* GICv3 distributor, redistributor and CPU interface. IHI 0069, sections 12.9, 12.11 and 12.2. */
#ifndef SW_DRIVERS_GIC_REGISTERS_H
#define SW_DRIVERS_GIC_REGISTERS_H

#include "sw/include/bits.h"

/* Distributor. */
#define GICD_CTLR 0x0000u
/* As seen from Non-secure: group 1 without affinity routing. */
#define GICD_CTLR_EnableGrp1 BIT(0)
#define GICD_CTLR_EnableGrp1A BIT(1)
#define GICD_CTLR_ARE_NS BIT(4)
#define GICD_CTLR_RWP BIT(31)
/* As Secure software sees it. */
#define GICD_CTLR_EnableGrp0 BIT(0)
#define GICD_CTLR_EnableGrp1S BIT(2)
#define GICD_CTLR_ARE_S BIT(4)
#define GICD_CTLR_ARE_NS_of_Secure BIT(5)
#define GICD_TYPER 0x0004u
#define GICD_TYPER_ITLinesNumber BITS(4, 0)
#define GICD_TYPER_SecurityExtn BIT(10)
#define GICD_TYPER_LPIS BIT(17)
#define GICD_TYPER_IDbits BITS(23, 19)
#define GICD_IGROUPR 0x0080u
#define GICD_ISENABLER 0x0100u
#define GICD_ICENABLER 0x0180u
#define GICD_ICPENDR 0x0280u
#define GICD_ICACTIVER 0x0380u
#define GICD_IPRIORITYR 0x0400u
#define GICD_ICFGR 0x0c00u
#define GICD_IGRPMODR 0x0d00u
#define GICD_IROUTER 0x6000u
#define GICD_PIDR2 0xffe8u
#define PIDR2_ArchRev BITS(7, 4)

/* Frames of SPIs by message: GICv2m's (DEN 0029), and the distributor's alias (DDI 0601). */
#define MSI_TYPER 0x0008u
#define MSI_TYPER_BASE BITS(25, 16)
#define MSI_TYPER_NUMBER BITS(9, 0)
#define MSI_SETSPI_NS 0x0040u /* where GICM_SETSPI_NSR is, too */
#define GICM_TYPER 0x0008u
#define GICM_TYPER_Valid BIT(31)
#define GICM_TYPER_INTID BITS(28, 16)
#define GICM_TYPER_NumSPIs BITS(10, 0)

/* Redistributor: RD_base. */
#define GICR_CTLR 0x0000u
#define GICR_CTLR_EnableLPIs BIT(0)
#define GICR_CTLR_RWP BIT(3)
#define GICR_TYPER 0x0008u
#define GICR_TYPER_PLPIS BIT(0)
#define GICR_TYPER_VLPIS BIT(1)
#define GICR_TYPER_DirectLPI BIT(3)
#define GICR_TYPER_Last BIT(4)
#define GICR_TYPER_Processor_Number BITS(23, 8)
#define GICR_TYPER_Affinity_Value BITS(63, 32)
#define GICR_WAKER 0x0014u
#define GICR_WAKER_ProcessorSleep BIT(1)
#define GICR_WAKER_ChildrenAsleep BIT(2)
#define GICR_SETLPIR 0x0040u
#define GICR_CLRLPIR 0x0048u
#define GICR_PROPBASER 0x0070u
#define GICR_PENDBASER 0x0078u
#define GICR_INVLPIR 0x00a0u
#define GICR_SYNCR 0x00c0u
#define GICR_SYNCR_Busy BIT(0)
#define GICR_PIDR2 0xffe8u
#define GICR_FRAMES 0x20000u       /* RD_base and SGI_base */
#define GICR_FRAMES_VLPIS 0x40000u /* and VLPI_base and a reserved one */

/* Fields that GICR_PROPBASER, GICR_PENDBASER and the ITS's own table registers share. */
#define BASER_Shareability BITS(11, 10)
#define SHAREABILITY_INNER 1u
#define PROPBASER_InnerCache BITS(9, 7)
#define INNER_CACHE_NON_CACHEABLE 1u
#define INNER_CACHE_WRITE_BACK 7u /* read- and write-allocate */
#define PROPBASER_IDbits BITS(4, 0)
#define PROPBASER_Physical_Address BITS(51, 12)
#define PENDBASER_Physical_Address BITS(51, 16)

/* Redistributor: SGI_base. */
#define GICR_SGI_BASE 0x10000u
#define GICR_IGROUPR0 (GICR_SGI_BASE + 0x0080u)
#define GICR_IGRPMODR0 (GICR_SGI_BASE + 0x0d00u)
#define GICR_ISENABLER0 (GICR_SGI_BASE + 0x0100u)
#define GICR_ICENABLER0 (GICR_SGI_BASE + 0x0180u)
#define GICR_ICACTIVER0 (GICR_SGI_BASE + 0x0380u)
#define GICR_IPRIORITYR (GICR_SGI_BASE + 0x0400u)

/* CPU interface. */
#define ICC_SRE_SRE BIT(0)
#define ICC_CTLR_PRIbits BITS(10, 8)
#define ICC_CTLR_EOImode BIT(1)
#define ICC_IGRPEN1_Enable BIT(0)
#define ICC_IGRPEN1_EL3_EnableGrp1S BIT(1)

#define INTID_FIRST_SPI 32u
#define INTID_SPECIAL 1020u /* 1020 to 1023: no interrupt */
#define INTID_SPECIAL_LAST 1023u
#define INTID_FIRST_LPI 8192u

#define PRIORITY_DEFAULT 0xa0u
#define PRIORITY_MASK_OPEN 0xf0u

#endif
