// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.pool.PoolView;
import java.util.List;
import java.util.Map;

/**
 * What there was to see at one moment.
 *
 * @param queues in the order of their directories
 * @param more how many queues there are that were not looked at
 * @param pools of this user's programs
 * @param donePerSecond of each pool by its pid and name, how many tasks ended; none at the first look
 * @param poolStalls why pools do not go on
 * @param managers what those say that were named
 */
record TopSample(
        List<TopRow> queues,
        int more,
        List<PoolView> pools,
        Map<String, Double> donePerSecond,
        List<TopRow.Reason> poolStalls,
        List<ManagerSight> managers) {

    static String key(PoolView pool) {
        return pool.pid() + " " + pool.name();
    }
}
