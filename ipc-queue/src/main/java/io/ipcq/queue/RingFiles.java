// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.Members;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    record Attachment(RingFiles files, RingControl control, Members members) {}

    private static final String CONTROL = "ring.ipcq";

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

    @Override
    SharedQueue<byte[]> openEncoded() throws IOException {
        Codec<byte[]> codec = new EncodedCodec(open(held -> openControl(held).codecId()));
        return RingQueue.open(directory(), codec, WaitStrategy.blocking());
    }

    @Override
    String kind() {
        return "ring queue";
    }

    Attachment create(RingOptions options, String codecId, boolean anonymous) throws IOException {
        return create(made -> lay(made, options, codecId, anonymous), held -> attach(held, codecId));
    }

    private Members lay(DirectoryHandle made, RingOptions options, String codecId, boolean anonymous)
            throws IOException {
        List<Members> joined = new ArrayList<>(1);
        try {
            Path control = made.path().resolve(CONTROL);
            RingControl.create(control, options, codecId, anonymous, state -> joined.add(joinFirst(made, state)));
            return joined.get(0);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    Attachment open(String codecId) throws IOException {
        return open(held -> attach(held, codecId));
    }

    private @Nullable Attachment attach(DirectoryHandle held, String codecId) throws IOException {
        RingControl control = openControl(held);
        requireCodec(control.codecId(), codecId);
        Members members = join(held, control.state());
        return members == null ? null : new Attachment(new RingFiles(directory(), control.state()), control, members);
    }
}
