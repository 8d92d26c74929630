import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.util.Reference;

/**
 * A Flink cluster in this JVM: JobManager and one TaskManager. There is no high availability: a lost process loses its jobs, and their
 * retained checkpoints stay. Compiled for each version of Flink that has a program.
 */
public final class InProcessFlink {
  private static final long SHUTDOWN_MS = 1500;

  private InProcessFlink() {}

  /** Starts a cluster, which is closed when the process is asked to end. */
  public static MiniCluster start(Configuration configuration) throws Exception {
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(configuration.get(TaskManagerOptions.NUM_TASK_SLOTS))
                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                .setCommonBindAddress("127.0.0.1")
                .setPluginManager(PluginUtils.createPluginManagerFromRootFolder(configuration))
                .build(),
            InProcessFlink::rpcSystem);
    cluster.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(cluster), "close-cluster"));
    return cluster;
  }

  /**
   * The RPC system that is on the class path. Flink's own loader unpacks it from a nested jar at each start, into a class loader whose classes no
   * class-data archive has.
   */
  private static Reference<RpcSystem> rpcSystem() {
    return Reference.owned(ServiceLoader.load(RpcSystem.class).findFirst().orElseThrow());
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
