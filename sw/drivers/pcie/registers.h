/* Configuration space. PCIe 6.0, section 7.5 (headers), 7.7 (MSI and MSI-X), 7.5.3 (PCI Express
 * capability). */
#ifndef SW_DRIVERS_PCIE_REGISTERS_H
#define SW_DRIVERS_PCIE_REGISTERS_H

#include "sw/include/bits.h"

#define PCIE_ID 0x00u             /* Vendor ID, Device ID */
#define PCIE_COMMAND_STATUS 0x04u /* 7.5.1.1.3, 7.5.1.1.4 */
#define COMMAND_MEMORY_SPACE BIT(1)
#define COMMAND_BUS_MASTER BIT(2)
#define COMMAND_INTERRUPT_DISABLE BIT(10)
#define STATUS_CAPABILITIES_LIST BIT(20) /* STATUS is the upper half */
#define PCIE_REVISION_CLASS 0x08u
#define CLASS_CODE BITS(31, 8)
#define PCIE_HEADER 0x0cu
#define HEADER_TYPE_LAYOUT BITS(22, 16) /* 0: function, 1: bridge */
#define HEADER_TYPE_MULTI_FUNCTION BIT(23)
#define PCIE_CAPABILITIES_POINTER 0x34u

#define PCIE_BAR0 0x10u /* 7.5.1.2.1 */
#define BAR_IO BIT(0)
#define BAR_64_BIT BIT(2)
#define BAR_PREFETCHABLE BIT(3)
#define BAR_MEMORY_ADDRESS BITS(31, 4)

/* Bridges, 7.5.1.3. */
#define PCIE_BUS_NUMBERS 0x18u
#define BUS_PRIMARY BITS(7, 0)
#define BUS_SECONDARY BITS(15, 8)
#define BUS_SUBORDINATE BITS(23, 16)
#define PCIE_MEMORY_WINDOW 0x20u       /* base in 15:4, limit in 31:20, each address bits 31:20 */
#define PCIE_PREFETCHABLE_WINDOW 0x24u /* the same, with 64-bit upper halves: */
#define PCIE_PREFETCHABLE_BASE_UPPER 0x28u
#define PCIE_PREFETCHABLE_LIMIT_UPPER 0x2cu
#define WINDOW_BASE BITS(15, 4)
#define WINDOW_LIMIT BITS(31, 20)

#define CAPABILITY_MSI 0x05u
#define CAPABILITY_EXPRESS 0x10u
#define CAPABILITY_MSIX 0x11u

#define EXPRESS_PORT_TYPE BITS(23, 20) /* 7.5.3.2, in the first dword */
#define PORT_TYPE_ROOT 4u
#define PORT_TYPE_DOWNSTREAM 6u

/* MSI, 7.7.1: Message Control is the upper half of the first dword. */
#define MSI_ENABLE BIT(16)
#define MSI_MULTIPLE_CAPABLE BITS(19, 17)
#define MSI_MULTIPLE_ENABLE BITS(22, 20)
#define MSI_64_BIT BIT(23)
#define MSI_MASKABLE BIT(24)

/* MSI-X, 7.7.2. */
#define MSIX_TABLE_SIZE BITS(26, 16) /* entries - 1 */
#define MSIX_FUNCTION_MASK BIT(30)
#define MSIX_ENABLE BIT(31)
#define MSIX_TABLE 0x4u
#define MSIX_PBA 0x8u
#define MSIX_BIR BITS(2, 0)
#define MSIX_OFFSET BITS(31, 3)
#define MSIX_ENTRY_SIZE 16u
#define MSIX_ENTRY_ADDRESS 0x0u
#define MSIX_ENTRY_ADDRESS_UPPER 0x4u
#define MSIX_ENTRY_DATA 0x8u
#define MSIX_ENTRY_VECTOR_CONTROL 0xcu
#define VECTOR_CONTROL_MASK BIT(0)

#endif
