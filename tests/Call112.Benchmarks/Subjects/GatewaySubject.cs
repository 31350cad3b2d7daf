using Call112.Benchmarks.Latency;

namespace Call112.Benchmarks.Subjects;

/// <summary>The gateway as it is shipped (NativeAOT), its journal on disk, its board simulated: the stamp is the board's, after the level is set.</summary>
internal sealed class GatewaySubject(string binary, TimeProvider time) : Subject("gateway", "bench-gateway")
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(20);

    private GatewayFiles? files;

    public override string Description => "call112-gateway, NativeAOT, journal on disk, panel on, simulated board";

    public override Daemon Start(int brokerPort, string arrivals, string folder)
    {
        files = GatewayFiles.Write(folder, StationId, brokerPort, arrivals);
        return files.Start(binary);
    }

    public override void WaitUntilReady(Daemon daemon, Publisher publisher, ArrivalPipe arrivals, Alerts alerts)
    {
        if (!files!.WaitUntilReady(daemon, ReadyDeadline, time))
            throw new BenchmarkException($"the gateway did not write its ready file:\n{daemon.LogTail()}");
    }
}
