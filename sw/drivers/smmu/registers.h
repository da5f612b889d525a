/* SMMUv3 registers. IHI 0070, chapter 6. */
#ifndef SW_DRIVERS_SMMU_REGISTERS_H
#define SW_DRIVERS_SMMU_REGISTERS_H

#include "sw/include/bits.h"

#define SMMU_IDR0 0x0000u
#define IDR0_S2P BIT(0)
#define IDR0_S1P BIT(1)
#define IDR0_TTF BITS(3, 2) /* 2, 3: AArch64 tables */
#define IDR0_COHACC BIT(4)
#define IDR0_HYP BIT(9)
#define IDR0_ATS BIT(10)
#define IDR0_MSI BIT(13)
#define IDR0_SEV BIT(14)
#define IDR0_PRI BIT(16)
#define IDR0_VMID16 BIT(18)
#define IDR0_CD2L BIT(19)
#define IDR0_TTENDIAN BITS(22, 21) /* 0: mixed, 2: little */
#define IDR0_STALL_MODEL BITS(25, 24)
#define STALL_MODEL_BOTH 0u
#define STALL_MODEL_TERMINATE 1u
#define IDR0_ST_LEVEL BITS(28, 27) /* 1: stream tables of two levels, too */
#define SMMU_IDR1 0x0004u
#define IDR1_SIDSIZE BITS(5, 0)
#define IDR1_SSIDSIZE BITS(10, 6)
#define IDR1_PRIQS BITS(15, 11)
#define IDR1_EVENTQS BITS(20, 16)
#define IDR1_CMDQS BITS(25, 21)
#define IDR1_PRESET BITS(30, 28) /* REL, QUEUES_PRESET, TABLES_PRESET */
#define SMMU_IDR3 0x000cu
#define IDR3_RIL BIT(10)
#define SMMU_IDR5 0x0014u
#define IDR5_OAS BITS(2, 0)
#define IDR5_GRAN4K BIT(4)
#define IDR5_GRAN16K BIT(5)
#define IDR5_GRAN64K BIT(6)
#define SMMU_CR0 0x0020u
#define CR0_SMMUEN BIT(0)
#define CR0_PRIQEN BIT(1)
#define CR0_EVENTQEN BIT(2)
#define CR0_CMDQEN BIT(3)
#define CR0_ATSCHK BIT(4)
#define SMMU_CR0ACK 0x0024u
#define SMMU_CR1 0x0028u
#define CR1_QUEUE_IC BITS(1, 0)
#define CR1_QUEUE_OC BITS(3, 2)
#define CR1_QUEUE_SH BITS(5, 4)
#define CR1_TABLE_IC BITS(7, 6)
#define CR1_TABLE_OC BITS(9, 8)
#define CR1_TABLE_SH BITS(11, 10)
#define CACHE_WRITE_BACK 1u
#define SHAREABILITY_INNER 3u
#define SHAREABILITY_OUTER 2u
#define SMMU_CR2 0x002cu
#define CR2_RECINVSID BIT(1)
#define CR2_PTM BIT(2)
#define SMMU_GBPA 0x0044u
#define GBPA_ABORT BIT(20)
#define GBPA_UPDATE BIT(31)
#define SMMU_IRQ_CTRL 0x0050u
#define IRQ_CTRL_GERROR BIT(0)
#define IRQ_CTRL_PRIQ BIT(1)
#define IRQ_CTRL_EVENTQ BIT(2)
#define SMMU_IRQ_CTRLACK 0x0054u
#define SMMU_GERROR 0x0060u
#define GERROR_CMDQ BIT(0)
#define GERROR_SFM BIT(8)
#define GERROR_ALL UINT32_C(0x1fd)
#define SMMU_GERRORN 0x0064u
#define SMMU_GERROR_IRQ_CFG0 0x0068u
#define SMMU_STRTAB_BASE 0x0080u
#define STRTAB_BASE_RA BIT(62)
#define SMMU_STRTAB_BASE_CFG 0x0088u
#define STRTAB_BASE_CFG_LOG2SIZE BITS(5, 0)
#define STRTAB_BASE_CFG_SPLIT BITS(10, 6)
#define STRTAB_BASE_CFG_FMT BITS(17, 16) /* 0: linear, 1: two levels */
#define SMMU_CMDQ_BASE 0x0090u
#define QUEUE_BASE_ALLOCATE BIT(62) /* RA of the command queue, WA of the event queue */
#define QUEUE_BASE_LOG2SIZE BITS(4, 0)
#define SMMU_CMDQ_PROD 0x0098u
#define SMMU_CMDQ_CONS 0x009cu
#define CMDQ_CONS_ERR BITS(30, 24)
#define CERROR_NONE 0u
#define CERROR_ILL 1u
#define CERROR_ABT 2u
#define CERROR_ATC_INV_SYNC 3u
#define SMMU_EVENTQ_BASE 0x00a0u
#define SMMU_EVENTQ_PROD 0x100a8u /* page 1 */
#define SMMU_EVENTQ_CONS 0x100acu
#define EVENTQ_OVERFLOW BIT(31) /* OVFLG, OVACKFLG */
#define SMMU_EVENTQ_IRQ_CFG0 0x00b0u
#define SMMU_PRIQ_BASE 0x00c0u
#define SMMU_PRIQ_PROD 0x100c8u /* page 1 */
#define SMMU_PRIQ_CONS 0x100ccu
#define PRIQ_OVERFLOW BIT(31) /* OVFLG, OVACKFLG */
#define SMMU_PRIQ_IRQ_CFG0 0x00d0u
#define SMMU_PRIQ_IRQ_CFG2 0x00dcu /* LO, which counts for wired interrupts too */

#endif
