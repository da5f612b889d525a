/* Registers and commands of an NVMe controller: NVMe 1.4, sections 3.1, 4.2, 5 and 6. */
#ifndef SW_DRIVERS_NVME_REGISTERS_H
#define SW_DRIVERS_NVME_REGISTERS_H

#include "sw/include/bits.h"

#define NVME_CAP 0x00u
#define CAP_MQES BITS(15, 0)
#define NVME_CC 0x14u
#define CC_EN BIT(0)
#define CC_SHN_NORMAL BIT(14)
#define CC_ENTRY_SIZES 0x00460000u /* IOCQES 4, IOSQES 6 */
#define NVME_CSTS 0x1cu
#define CSTS_RDY BIT(0)
#define CSTS_CFS BIT(1)
#define CSTS_SHST BITS(3, 2)
#define CSTS_SHST_COMPLETE BIT(3)
#define NVME_AQA 0x24u
#define NVME_ASQ 0x28u
#define NVME_ACQ 0x30u
#define NVME_DOORBELLS 0x1000u

#define NVME_DELETE_SQ 0x00u
#define NVME_CREATE_SQ 0x01u
#define NVME_DELETE_CQ 0x04u
#define NVME_CREATE_CQ 0x05u
#define NVME_IDENTIFY 0x06u
#define NVME_SET_FEATURES 0x09u
#define NVME_FLUSH 0x00u
#define NVME_WRITE 0x01u
#define NVME_READ 0x02u

#define NVME_IDENTIFY_NAMESPACE 0u
#define NVME_NUMBER_OF_QUEUES 7u
#define NVME_NAMESPACE 1u
#define QUEUE_CONTIGUOUS BIT(0)
#define QUEUE_INTERRUPTS BIT(1)

#define NVME_SUBMISSION_SIZE 64u
#define NVME_COMPLETION_SIZE 16u
#define COMPLETION_PHASE BIT(16) /* of double word 3 */
#define COMPLETION_STATUS BITS(27, 17)

#endif
