// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import io.ipcq.manager.wire.Operation.OfArray;
import io.ipcq.manager.wire.Operation.OfBarrier;
import io.ipcq.manager.wire.Operation.OfCounter;
import io.ipcq.manager.wire.Operation.OfEvent;
import io.ipcq.manager.wire.Operation.OfLatch;
import io.ipcq.manager.wire.Operation.OfList;
import io.ipcq.manager.wire.Operation.OfLock;
import io.ipcq.manager.wire.Operation.OfMap;
import io.ipcq.manager.wire.Operation.OfObject;
import io.ipcq.manager.wire.Operation.OfQueue;
import io.ipcq.manager.wire.Operation.OfSemaphore;
import java.util.List;

/** Which operations a server knows for each type of a name. A type without a row does not compile. */
public final class OperationsOfTypes {

    private OperationsOfTypes() {}

    public static List<? extends Operation> of(ServedType type) {
        return List.of(
                switch (type) {
                    case QUEUE, DURABLE_QUEUE -> OfQueue.values();
                    case MAP, NAMESPACE, SET -> OfMap.values();
                    case LIST -> OfList.values();
                    case ARRAY, VALUE -> OfArray.values();
                    case COUNTER -> OfCounter.values();
                    case LOCK -> OfLock.values();
                    case SEMAPHORE -> OfSemaphore.values();
                    case LATCH -> OfLatch.values();
                    case EVENT -> OfEvent.values();
                    case BARRIER -> OfBarrier.values();
                    case OBJECT -> OfObject.values();
                });
    }
}
