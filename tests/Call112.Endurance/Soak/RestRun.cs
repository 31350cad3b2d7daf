using Call112.Campaign;
using Call112.Endurance.Machine;

namespace Call112.Endurance.Soak;

/// <summary>What an idle gateway writes: a card lives from days on which nothing happens. Watched for minutes, told for a day.</summary>
internal sealed class RestRun(Site site, TimeSpan watch, string? binary)
{
    /// <summary>Card wear, goal of the issue.</summary>
    private const double MegabytesADayMax = 20;

    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(75), s_beatEvery = TimeSpan.FromSeconds(5);

    public async Task<CampaignPart> RunAsync()
    {
        var began = site.Time.GetTimestamp();
        using var card = Card.Insert(site);
        using var mosquitto = new Mosquitto(site);
        await mosquitto.StartAsync();
        await using var center = await PlayedCenter.ConnectAsync(mosquitto.Port, site.Time);
        using var gateway = new GatewayUnderTest(site, binary ?? site.PublishedGateway, card.Folder, mosquitto.Port);
        await gateway.StartAsync();
        await RestAsync(center, s_settle);
        // Twice: what the first look itself flushes out belongs to the start.
        card.WrittenBytes();
        var before = Look();
        var from = site.Time.GetTimestamp();
        await RestAsync(center, watch);
        var seconds = site.Time.GetElapsedTime(from).TotalSeconds;
        var after = Look();
        var (device, process) = ((after.Device - before.Device) ?? 0, after.Process.WrittenBytes - before.Process.WrittenBytes);
        double ADay(long bytes) => Math.Round(bytes * (24 * 3600 / seconds) / 1e6, 4);
        var figures = new List<Figure>
        {
            new("written at rest, by the process", ADay(process), "MB a day", AtMost: MegabytesADayMax),
            new("log at rest", ADay(after.Log - before.Log), "MB a day", AtMost: MegabytesADayMax),
            new("journal and WAL, growth at rest", ADay(after.Files - before.Files), "MB a day"),
            new("processor at rest", Math.Round(100 * (after.Process.CpuSeconds - before.Process.CpuSeconds) / seconds, 3), "% of a core"),
        };
        if (card.IsDevice)
            figures.Insert(0, new Figure("written at rest, on the card's device", ADay(device), "MB a day", AtMost: MegabytesADayMax));
        return new CampaignPart("rest-writes", "Card wear at rest")
        {
            Figures = figures,
            Covers = ["F1", "F3"],
            Notes =
            [
                FormattableString.Invariant($"An armed, connected gateway without any dispatch, watched for {seconds / 60:0.#} minutes")
                + " after a minute's rest. Heartbeats of station and centre every 5 s, panel open to nobody.",
                FormattableString.Invariant($"In that time the process wrote {process} bytes and the device {device}; a day is 86,400 s of the same.")
                + " A single page in a short watch looks like much in a day: watch for longer before believing a small figure.",
                card.IsDevice
                    ? "The card is an ext4 of its own on a loop device: its written sectors hold blocks, file system journal and metadata."
                    : "No loop device (not root): only write_bytes of /proc/PID/io, whole pages, without the file system's own journal.",
                "The log goes to standard error; on a Pi that is journald's, counted here by its length.",
            ],
            Seconds = site.Time.GetElapsedTime(began).TotalSeconds,
            Command = "dotnet run -c Release --project tests/Call112.Endurance -- rest --minutes 10",
        };

        (ProcessFigures Process, long? Device, long Files, long Log) Look() => (
            ProcessFigures.Of(gateway.Id), card.WrittenBytes(),
            GatewayUnderTest.SizeOf(gateway.Journal) + GatewayUnderTest.SizeOf(gateway.Journal + "-wal"), GatewayUnderTest.SizeOf(gateway.Log));
    }

    private async Task RestAsync(PlayedCenter center, TimeSpan time)
    {
        var from = site.Time.GetTimestamp();
        while (site.Time.GetElapsedTime(from) < time)
        {
            await center.BeatAsync();
            var left = time - site.Time.GetElapsedTime(from);
            await site.Pause(left < s_beatEvery ? left > TimeSpan.Zero ? left : TimeSpan.Zero : s_beatEvery);
        }
    }
}
