// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.test.OptionsContract;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableQueueOptionsTest extends OptionsContract<DurableQueueBuilder<String>, DurableQueueOptions> {

    DurableQueueOptionsTest() {
        super(DurableQueueOptions.class);
    }

    @Override
    protected DurableQueueBuilder<String> builder() {
        return DurableQueue.builder(String.class);
    }

    @Override
    protected DurableQueueOptions options(DurableQueueBuilder<String> builder) {
        return builder.options();
    }

    @Override
    protected DurableQueueBuilder<String> from(DurableQueueOptions options) {
        return builder().options(options);
    }

    @Override
    protected Map<String, Object> others() {
        return Map.of("leaseTimeout", Duration.ofSeconds(7));
    }

    @Override
    protected Set<String> beside() {
        return Set.of("waitStrategy", "trustGroup", "closedWhenUnreachable");
    }

    @Test
    void shouldNameEachOption() {
        assertThat(DurableQueueOption.values())
                .extracting(DurableQueueOption::toString)
                .containsExactly(Stream.of(DurableQueueOptions.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toArray(String[]::new));
    }

    @Test
    void shouldReadEachOptionByItsName() throws ReflectiveOperationException {
        DurableQueueOptions options =
                builder().leaseTimeout(Duration.ofSeconds(7)).sync(true).options();
        for (DurableQueueOption option : DurableQueueOption.values()) {
            assertThat(option.in(options))
                    .isEqualTo(DurableQueueOptions.class
                            .getMethod(option.toString())
                            .invoke(options));
        }
    }

    @Test
    void shouldRefuseQueueWithOtherOptionsThanThoseItStartedFrom(@TempDir Path parent) throws IOException {
        Path directory = parent.resolve("queue");
        DurableQueueOptions options = builder().maxAttempts(7).options();
        builder().options(options).create(directory).close();
        builder().options(options).open(directory).close();
        assertThatThrownBy(() -> builder().options(options.withMaxAttempts(8)).open(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stored=7, asked=8");
        assertThatThrownBy(() -> builder()
                        .options(options.withLeaseTimeout(Duration.ofSeconds(1)))
                        .open(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another leaseTimeout");
    }
}
