// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.StallRules;
import io.ipcq.pool.PoolRules;
import java.time.Duration;
import picocli.CommandLine.Option;

/** From when on it is strange that something takes so long. */
final class Patience {

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long an element may be out, or a task take, before that is strange; 60 unless given.")
    private Duration time = StallRules.PATIENCE;

    StallRules ofQueues() {
        return new StallRules(time);
    }

    PoolRules ofPools() {
        return new PoolRules(time);
    }
}
