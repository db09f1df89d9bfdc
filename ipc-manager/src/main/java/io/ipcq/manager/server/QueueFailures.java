// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.codec.CodecException;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.queue.ElementTooLargeException;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.QueueStorageException;
import java.util.Map;

/** The answers to failures of a queue. */
final class QueueFailures {

    private QueueFailures() {}

    static RpcException answer(Throwable failure) {
        if (failure instanceof RpcException told) {
            return told;
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof QueueShutdownException) {
            return new RpcException(Protocol.SHUT_DOWN, message);
        }
        if (failure instanceof ElementTooLargeException) {
            return new RpcException(Protocol.TOO_LARGE, message);
        }
        if (failure instanceof QueueClosedException) {
            return new RpcException(Protocol.NOT_THERE, message);
        }
        if (failure instanceof QueueStorageException storage) {
            return new RpcException(Protocol.STORAGE, message, Map.of(Protocol.PUT, storage.put()));
        }
        if (failure instanceof IllegalStateException || failure instanceof CodecException) {
            return new RpcException(Protocol.STATE, message);
        }
        return new RpcException(
                Protocol.INTERNAL, "the queue failed: " + failure.getClass().getSimpleName());
    }
}
