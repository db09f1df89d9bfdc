// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.Members;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

    RingFiles(Path directory) {
        super(directory);
    }

    @Override
    Path control() {
        return directory().resolve("ring.ipcq");
    }

    @Override
    QueueState openState() throws IOException {
        return RingControl.open(control()).state();
    }

    @Override
    SharedQueue<byte[]> openEncoded() throws IOException {
        Codec<byte[]> codec = new EncodedCodec(RingControl.open(control()).codecId());
        return RingQueue.open(directory(), codec, WaitStrategy.blocking());
    }

    @Override
    String kind() {
        return "ring queue";
    }

    Attachment create(RingOptions options, String codecId, boolean anonymous) throws IOException {
        return create(fresh -> new RingFiles(fresh).lay(options, codecId, anonymous), () -> open(codecId));
    }

    private Members lay(RingOptions options, String codecId, boolean anonymous) throws IOException {
        List<Members> joined = new ArrayList<>(1);
        try {
            RingControl.create(control(), options, codecId, anonymous, state -> joined.add(joinUnchecked(state)));
            return joined.get(0);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Members joinUnchecked(QueueState state) {
        try {
            return join(state);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Attachment open(String codecId) throws IOException {
        requireThere();
        RingControl control = RingControl.open(control());
        requireCodec(control.codecId(), codecId);
        return new Attachment(this, control, join(control.state()));
    }
}
