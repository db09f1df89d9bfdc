// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.file.Path;

/** One of everything in a directory, for tests in which several processes meet. */
final class SharedPage implements AutoCloseable {

    static final RegionFormat FORMAT = new RegionFormat("test page", 0x7465_7374_7061_6765L, 3);

    static final int MEMBERS_OFFSET = MappedRegion.HEADER_BYTES;
    static final int MUTEX_OFFSET = MEMBERS_OFFSET + 8;
    static final int WAITER_OFFSET = MUTEX_OFFSET + RobustMutex.BYTES;
    static final int BACK_OFFSET = WAITER_OFFSET + Waiter.BYTES;
    static final int COUNTER_OFFSET = BACK_OFFSET + Waiter.BYTES;
    static final int GO_OFFSET = COUNTER_OFFSET + Long.BYTES;

    final Path directory;
    final MappedRegion region;
    final Members members;
    final RobustMutex mutex;

    private SharedPage(Path directory, MappedRegion region) throws IOException {
        this.directory = directory;
        this.region = region;
        this.members = Members.join(lockFile(directory), region, MEMBERS_OFFSET);
        this.mutex = new RobustMutex(region, MUTEX_OFFSET, members);
    }

    static SharedPage create(Path directory) throws IOException {
        return new SharedPage(directory, MappedRegion.create(directory.resolve("page"), FORMAT, 4096, region -> {}));
    }

    static SharedPage open(String directory) throws IOException {
        Path path = Path.of(directory);
        return new SharedPage(path, MappedRegion.open(path.resolve("page"), FORMAT));
    }

    static Path lockFile(Path directory) {
        return directory.resolve("members");
    }

    Waiter waiter(WaitStrategy strategy) {
        return waiter(strategy, false);
    }

    Waiter waiter(WaitStrategy strategy, boolean relays) {
        return relays ? Waiter.relaying(region, WAITER_OFFSET, strategy) : new Waiter(region, WAITER_OFFSET, strategy);
    }

    Waiter back(WaitStrategy strategy) {
        return new Waiter(region, BACK_OFFSET, strategy);
    }

    long counter() {
        return region.getLongVolatile(COUNTER_OFFSET);
    }

    void counter(long value) {
        region.putLongVolatile(COUNTER_OFFSET, value);
    }

    @Override
    public void close() {
        members.close();
    }
}
