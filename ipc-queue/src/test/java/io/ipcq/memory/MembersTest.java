// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MembersTest {

    @TempDir
    Path directory;

    private MappedRegion region;

    private Path file() {
        return directory.resolve("members");
    }

    private Members join() throws IOException {
        if (region == null) {
            region = MappedRegion.create(directory.resolve("page"), SharedPage.FORMAT, 4096, created -> {});
        }
        return Members.join(file(), region, 64);
    }

    @Test
    void shouldNumberMembersAndNeverAgain() throws IOException {
        try (Members first = join()) {
            assertThat(first.number()).isEqualTo(1);
            Members second = join();
            second.close();
            try (Members third = join()) {
                assertThat(third.number()).isEqualTo(3);
                assertThat(third.isAlive(1)).isTrue();
                assertThat(third.isAlive(2)).isFalse();
                assertThat(third.isAlive(3)).isTrue();
                assertThat(first.isAlive(3)).isTrue();
            }
            assertThat(first.isAlive(3)).isFalse();
        }
    }

    /** One that is not secured is looked after every 10 ms, as long as it is there. */
    @Test
    void shouldSecureMemberWhoseDirectoryWasMovedOrDeleted() throws IOException {
        Kernel.SystemCall call = Kernel.call();
        Assumptions.assumeTrue(call != null);
        for (boolean deleted : new boolean[] {false, true}) {
            Path files = Files.createDirectory(directory.resolve("files-" + deleted));
            Path file = files.resolve("members");
            try (FileChannel held = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                Object key =
                        Files.readAttributes(file, BasicFileAttributes.class).fileKey();
                Path elsewhere = Files.move(files, directory.resolve("moved-" + deleted));
                if (deleted) {
                    DirectoryHandle.delete(elsewhere);
                }
                LockDescriptor opened = LockDescriptor.open(call, file, key);
                assertThat(opened).as("deleted=" + deleted + ", held=" + held).isNotNull();
                assertThat(opened.lock(5)).isTrue();
                opened.close();
            }
        }
    }

    @Test
    void shouldCountTheLiving() throws IOException {
        List<Members> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(join());
        }
        for (Members member : many) {
            if (member.number() % 10 != 7) {
                member.close();
                member.close();
            }
        }
        Members seventh = many.get(6);
        assertThat(seventh.countAlive()).isEqualTo(10);
        assertThat(seventh.anyOtherAlive()).isTrue();
        assertThat(Members.anyAlive(file(), region, 64)).isTrue();
        many.subList(7, 100).forEach(Members::close);
        assertThat(seventh.anyOtherAlive()).isFalse();
        assertThat(seventh.countAlive()).isEqualTo(1);
        seventh.close();
        assertThat(Members.anyAlive(file(), region, 64)).isFalse();
        try (Members last = join()) {
            assertThat(last.countAlive()).isEqualTo(1);
        }
    }

    @Test
    void shouldFindNobodyWhereNobodyJoined() throws IOException {
        join().close();
        Files.delete(file());
        assertThat(Members.anyAlive(file(), region, 64)).isFalse();
        assertThat(file()).doesNotExist();
    }

    @Test
    void shouldKeepItsLockWhenInterrupted() throws IOException {
        try (Members first = join();
                Members second = join()) {
            Thread.currentThread().interrupt();
            assertThat(first.isAlive(second.number())).isTrue();
            assertThat(first.countAlive()).isEqualTo(2);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(first.isAlive(second.number())).isTrue();
        }
    }

    @Test
    void shouldRefuseDamagedCount() throws IOException {
        join().close();
        region.putInt(64, -1);
        assertThatThrownBy(this::join)
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining("offset=64")
                .hasMessageContaining("found=-1");
        region.putInt(64, Members.MAX_NUMBER);
        assertThatThrownBy(this::join).hasMessageContaining("no member numbers are left");
    }

    @Test
    void shouldRefuseSymbolicLink() throws IOException {
        Path target = Files.createFile(directory.resolve("target"));
        Files.createSymbolicLink(file(), target);
        assertThatThrownBy(this::join).isInstanceOf(RegionFormatException.class).hasMessageContaining("symbolic link");
    }
}
