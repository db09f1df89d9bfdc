// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Handle;
import io.ipcq.process.TravelOutput;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/** Writes objects, and what is attached in them so that their reader can recognize what it has attached to before. */
final class HandleOutput extends TravelOutput {

    HandleOutput(OutputStream out) throws IOException {
        super(out);
    }

    /** Is asked after {@code writeReplace}: it sees the handle that a queue or a proxy travels as. */
    @Override
    protected Object replaceObject(Object object) throws IOException {
        if (!(object instanceof Handle)) {
            return super.replaceObject(object);
        }
        MessageWriter bytes = new MessageWriter();
        try (ObjectOutputStream handle = new ObjectOutputStream(bytes)) {
            handle.writeObject(object);
        }
        return new Handles.Sealed(bytes.toBytes());
    }
}
