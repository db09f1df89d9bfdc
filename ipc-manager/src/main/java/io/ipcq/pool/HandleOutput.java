// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.QueueHandle;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/** Writes objects, and queues in them so that their reader can recognize a queue that it has attached to before. */
final class HandleOutput extends ObjectOutputStream {

    HandleOutput(OutputStream out) throws IOException {
        super(out);
        enableReplaceObject(true);
    }

    /** Is asked after {@code writeReplace}: it sees the handle that a queue travels as. */
    @Override
    protected Object replaceObject(Object object) throws IOException {
        if (!(object instanceof QueueHandle)) {
            return object;
        }
        MessageWriter bytes = new MessageWriter();
        try (ObjectOutputStream handle = new ObjectOutputStream(bytes)) {
            handle.writeObject(object);
        }
        return new Handles.Handle(bytes.toBytes());
    }
}
