// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.Members;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a ring queue.
 *
 * <pre>
 *   orders/
 *     ring.ipcq     the shared words, and the elements
 *     members       no bytes, a lock for each handle that is attached
 * </pre>
 */
final class RingFiles extends QueueDirectory {

    /** A handle's hold on a queue: the shared words, and the lock that says that this member lives. */
    record Attachment(RingFiles files, RingControl control, Members members) implements AutoCloseable {

        @Override
        public void close() {
            members.close();
        }
    }

    static final String CONTROL = "ring.ipcq";

    RingFiles(Path directory) {
        this(directory, null);
    }

    private RingFiles(Path directory, @Nullable QueueState attached) {
        super(directory, attached);
    }

    @Override
    String controlName() {
        return CONTROL;
    }

    private RingControl openControl(DirectoryHandle held) throws IOException {
        return RingControl.of(map(held, RingLayout.FORMAT));
    }

    @Override
    QueueState openState(DirectoryHandle held) throws IOException {
        return openControl(held).state();
    }

    /** The shared words, to be looked at without a trace. */
    RingControl look(DirectoryHandle held) throws IOException {
        return RingControl.of(mapReadOnly(held, RingLayout.FORMAT));
    }

    @Override
    String kind() {
        return "ring queue";
    }

    @Override
    String storedCodecId(DirectoryHandle held) throws IOException {
        return openControl(held).codecId();
    }

    <Q extends AutoCloseable> Q create(
            SharedQueueOptions options, String codecId, boolean anonymous, Making<Attachment, Q> making)
            throws IOException {
        return create(
                (made, first) -> lay(made, options, codecId, anonymous, first), held -> attach(held, codecId, making));
    }

    private void lay(
            DirectoryHandle made,
            SharedQueueOptions options,
            String codecId,
            boolean anonymous,
            Consumer<Members> first)
            throws IOException {
        try {
            Path control = made.path().resolve(CONTROL);
            RingControl.create(control, options, codecId, anonymous, state -> joinFirst(made, state, first));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    <Q extends AutoCloseable> Q open(String codecId, Making<Attachment, Q> making) throws IOException {
        return open(held -> attach(held, codecId, making));
    }

    private <Q> @Nullable Q attach(DirectoryHandle held, String codecId, Making<Attachment, Q> making)
            throws IOException {
        RingControl control = openControl(held);
        requireCodec(control.codecId(), codecId);
        RingFiles files = new RingFiles(directory(), control.state());
        return join(held, control.state(), members -> making.make(new Attachment(files, control, members)));
    }
}
