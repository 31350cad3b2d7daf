using System.Globalization;
using Call112.Messages;

namespace Call112.Benchmarks.Latency;

/// <summary>The dispatches that every subject gets: an Alert of about 700 bytes with a fresh id, and its Cancel.</summary>
internal sealed class Alerts(TimeProvider time)
{
    /// <summary>Time to live of a dispatch, also its MQTT Message Expiry.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(15);

    private int count;

    public Dispatch NewAlert()
    {
        count++;
        var now = time.GetUtcNow();
        return new Dispatch(
            Guid.CreateVersion7(now), MessageType.Alert, DispatchStatus.Actual, now, now + TimeToLive,
            Zones: ["bay"],
            Incident: new Incident(
                string.Create(CultureInfo.InvariantCulture, $"K261123-{count % 100_000:00000}"), Category.Fire, "Kebakaran rumah", Priority: 1,
                Location: new Location(
                    "Jl. Adampe Dolot No. 12, RT 05 RW 03", "Depan masjid At-Taqwa", "Mogolaing", "71.74.04.1001", 0.7301, 124.3053),
                Victims: 2,
                Narrative: "Api di lantai dua, ada orang tua di dalam, pemilik rumah menunggu di simpang tiga dan akan menunjukkan jalan."));
    }

    public Dispatch CancelOf(Dispatch alert) =>
        alert with { MessageType = MessageType.Cancel, SentAt = time.GetUtcNow(), Revision = 1, Zones = null };
}
