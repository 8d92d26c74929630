import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.table.gateway.SqlGateway;

/**
 * JobManager, TaskManager and SQL gateway in one JVM: a third of the memory and half of the start time of three processes.
 * Every setting stands in config.yaml of the folder that FLINK_CONF_DIR names; the gateway reads the same file and reaches the
 * cluster through its REST port, as it would reach any other. There is no high availability: a lost process loses its jobs, and
 * their retained checkpoints stay.
 */
public final class LocalFlink {
  private static final long SHUTDOWN_MS = 1500;

  private LocalFlink() {}

  public static void main(String[] args) throws Exception {
    Configuration configuration = GlobalConfiguration.loadConfiguration(System.getenv("FLINK_CONF_DIR"));
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(configuration.get(TaskManagerOptions.NUM_TASK_SLOTS))
                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                .setCommonBindAddress("127.0.0.1")
                .setPluginManager(PluginUtils.createPluginManagerFromRootFolder(configuration))
                .build());
    cluster.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(cluster), "close-cluster"));
    SqlGateway.main(args);
    // The gateway's main waits until the gateway stops; a process without its gateway must not look alive.
    System.exit(1);
  }

  /** Jobs are suspended, not cancelled: their last checkpoints stay. Bounded, because the state on disk is complete anyway. */
  private static void close(MiniCluster cluster) {
    try {
      cluster.closeAsyncWithoutCleaningHighAvailabilityData().get(SHUTDOWN_MS, TimeUnit.MILLISECONDS);
    } catch (Exception late) {
      System.err.println("Cluster did not close within " + SHUTDOWN_MS + " ms: " + late);
    }
  }
}
