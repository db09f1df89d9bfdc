// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Handle;
import io.ipcq.process.TravelOutput;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/**
 * Writes objects. It writes the handles in them so that their reader recognizes handles that it has attached before.
 */
final class HandleOutput extends TravelOutput {

    HandleOutput(OutputStream out) throws IOException {
        super(out);
    }

    /** Called after {@code writeReplace}, so it sees the handle as which a queue or a proxy travels. */
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
