using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Tests.World;
using Call112.Messages;

namespace Call112.Gateway.Tests.Commissioning;

/// <summary>Acceptances as a technician would have made them.</summary>
internal static class Records
{
    public const string Serial = "10000000a1b2c3d4";

    public static AcceptanceRecord Accepted(string station = StationWorld.Id, string? serial = Serial) => Of(AcceptanceResult.Passed, station, serial);

    public static AcceptanceRecord Failed() => Of(AcceptanceResult.Failed, StationWorld.Id, Serial);

    public static byte[] Sealed(AcceptanceRecord record, X509Certificate2? own = null) => MessageWriter.Write(AcceptanceSeal.Seal(record, own));

    /// <summary>What came out of an envelope.</summary>
    public static OpenedAcceptance Opened(byte[] envelope)
    {
        var read = MessageReader.ReadAcceptance(envelope);
        Assert.True(read.Value is not null, read.Reason);
        var opened = AcceptanceSeal.Open(read.Value);
        Assert.True(opened.Value is not null, opened.Reason);
        return opened.Value;
    }

    private static AcceptanceRecord Of(AcceptanceResult drill, string station, string? serial)
    {
        AcceptanceStep[] steps =
        [
            .. AcceptanceTests.Always.Select(test => new AcceptanceStep(
                test, test == AcceptanceTests.Drill ? drill : AcceptanceResult.Passed, Samples.Wall, 1, "seen")),
        ];
        return new AcceptanceRecord(
            station, "Puskesmas Gogagoman", "A. Mokoagow", Samples.Wall, ClockState.Synchronized, serial, "simulated", null, "0.1.0", "Linux", "boot-1",
            steps, AcceptanceRecord.VerdictOf(steps));
    }
}
