using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.Rig.Stations;

namespace Call112.Rig.Scenarios;

/// <summary>What a box lacks that has just got its power back.</summary>
internal static partial class FirstMinute
{
    /// <summary>
    /// A kernel that has just booted has no random numbers, and whoever asks OpenSSL for some waits. Nothing between the message and the siren may ask.
    /// </summary>
    public static async Task NoRandomnessAsync(Bench bench, Findings findings)
    {
        await using var station = await Station.StartedAsync(bench, "no-randomness");
        // As a later centre would send it, with fields that nobody here knows: from some number of fields on, libraries change how they look names up.
        const int unknownFields = 40;
        var dispatch = Station.NewAlert();
        var json = JsonNode.Parse(MessageWriter.Write(dispatch))!;
        for (var i = 0; i < unknownFields; i++)
            json[$"later{i}"] = i;

        var before = HasRandomness();
        await station.Centre.PublishAsync(Topics.Dispatch(station.Id), Encoding.UTF8.GetBytes(json.ToJsonString()));
        await station.HearsAsync(ReportEvent.Sounding, dispatch.DispatchId);
        findings.Check(!before && !HasRandomness(), "the kernel had random numbers before the siren sounded: nothing was shown");
        findings.Done();
    }

    private static bool HasRandomness()
    {
        const uint doNotWait = 1;
        Span<byte> one = stackalloc byte[1];
        return getrandom(one, 1, doNotWait) == 1;
    }

    [LibraryImport("libc")]
    private static partial nint getrandom(Span<byte> buffer, nuint length, uint flags);
}
