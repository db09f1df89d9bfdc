// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.ProcessIdentity;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * The serialized form of an end of a pipe on its way to another process, where it becomes that end. It contains the
 * key.
 *
 * <p>Classes and not records: to deserialize its first record costs a JVM more than ten milliseconds.
 */
final class PipeHandle implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Where the two ends meet. */
    static final class Place implements Serializable {

        private static final long serialVersionUID = 1L;

        private final String directory;
        private final AuthKey key;
        private final ProcessIdentity creator;

        private Place(Path directory, ProcessIdentity creator) {
            this.directory = directory.toString();
            this.key = AuthKey.random();
            this.creator = creator;
        }

        static Place create() throws IOException {
            return createdBy(ProcessIdentity.current());
        }

        static Place createdBy(ProcessIdentity creator) throws IOException {
            return new Place(SocketDirectories.create(), creator);
        }

        Path directory() {
            return Path.of(directory);
        }

        AuthKey key() {
            return key;
        }

        boolean isCreatorAlive() {
            return creator.isAlive();
        }
    }

    private final Place place;
    private final int number;
    private final PipeEnd.Direction direction;

    PipeHandle(Place place, int number, PipeEnd.Direction direction) {
        this.place = place;
        this.number = number;
        this.direction = direction;
    }

    Place place() {
        return place;
    }

    /** 0 or 1. */
    int number() {
        return number;
    }

    PipeEnd.Direction direction() {
        return direction;
    }

    private Object readResolve() throws ObjectStreamException {
        try {
            PipeEnd end = new PipeEnd(this);
            end.awaitArrived();
            return end;
        } catch (IOException | RuntimeException e) {
            InvalidObjectException invalid = new InvalidObjectException(e.getMessage());
            invalid.initCause(e);
            throw invalid;
        }
    }
}
