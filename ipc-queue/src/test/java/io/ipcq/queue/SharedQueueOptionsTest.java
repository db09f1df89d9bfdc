// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.test.OptionsContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedQueueOptionsTest extends OptionsContract<SharedQueueBuilder<String>, SharedQueueOptions> {

    SharedQueueOptionsTest() {
        super(SharedQueueOptions.class);
    }

    @Override
    protected SharedQueueBuilder<String> builder() {
        return SharedQueue.builder(String.class);
    }

    @Override
    protected SharedQueueOptions options(SharedQueueBuilder<String> builder) {
        return builder.options();
    }

    @Override
    protected SharedQueueBuilder<String> from(SharedQueueOptions options) {
        return builder().options(options);
    }

    @Override
    protected Set<String> beside() {
        return Set.of("waitStrategy", "trustGroup", "closedWhenUnreachable");
    }

    @Test
    void shouldRefuseQueueWithOtherOptionsThanThoseItStartedFrom(@TempDir Path parent) throws IOException {
        Path directory = parent.resolve("queue");
        SharedQueueOptions options = builder().capacityBytes(5000).maxSize(7).options();
        builder().options(options).create(directory).close();
        builder().options(options).open(directory).close();
        assertThat(options.capacityBytes()).isEqualTo(8192);
        assertThatThrownBy(() -> builder().options(options).maxSize(8).open(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stored=7, asked=8");
        assertThatThrownBy(() -> builder().options(options).checksum(true).open(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another checksum");
    }
}
