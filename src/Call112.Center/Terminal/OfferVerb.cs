using System.CommandLine;
using System.Security.Cryptography;
using Call112.Center.Api;
using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Terminal;

/// <summary>
/// Offers a bundle to stations: its size and SHA-256 are those of the file here, its bytes come from the address. An offer is a command and lives
/// 60 s, so it is made only to stations that are heard now. Prints one line for each; exit code 1 when one of them has to be asked again.
/// </summary>
internal sealed class OfferVerb
{
    private readonly TimeProvider _time;
    private readonly Argument<string> _file = new("FILE") { Description = "The bundle (.raucb), the same that lies at the address." };

    private readonly Argument<string[]> _stations = new("STATION")
    { Description = "Station ids.", Arity = ArgumentArity.ZeroOrMore };

    private readonly Option<string> _url = new("--url") { Description = "Where stations fetch it: http or https, without user.", Required = true };
    private readonly Option<string> _version = new("--version") { Description = "Its version, as build-image was told.", Required = true };
    private readonly Option<bool> _metered = new("--metered") { Description = "It may also be fetched over a line that is paid by the byte." };
    private readonly Option<bool> _all = new("--all") { Description = "To every station that the centre knows." };
    private readonly Option<string> _center = DispatchVerb.Center();
    private readonly Option<string?> _keyFile = CenterCommands.KeyFile();

    public OfferVerb(TimeProvider time)
    {
        _time = time;
        Command = new Command("offer", "Offer an update of the system to stations.")
        {
            _file, _stations, _url, _version, _metered, _all, _center, _keyFile,
        };
        Command.SetAction(RunAsync);
    }

    public Command Command { get; }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var (named, all) = (parse.GetValue(_stations)!, parse.GetValue(_all));
        if (named.Length > 0 == all)
            return CenterCommands.Complain("name stations, or --all", CenterCommands.Refused);
        try
        {
            var offer = await OfferOfAsync(parse, cancel);
            // The reader's own judgement, once and not from every station.
            if (MessageReader.ReadCommand(MessageWriter.Write(offer)) is { Value: null } refused)
                return CenterCommands.Complain(refused.Reason.Replace("update.", "", StringComparison.Ordinal), CenterCommands.Refused);
            using var client = new CenterClient(parse.GetValue(_center)!, CenterCommands.ReadKey(parse.GetValue(_keyFile)));
            var known = await client.GetAsync("/api/stations", ApiJsonContext.Default.IReadOnlyListStationView, _time, cancel);
            var stations = all ? [.. known.Select(station => station.StationId)] : named;
            return await SendAsync(client, offer, known, stations, parse.InvocationConfiguration.Output, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return CenterCommands.Interrupted;
        }
        catch (Exception e) when (e is HttpRequestException or CenterStartException or OperationCanceledException)
        {
            return CenterCommands.Complain(e is OperationCanceledException ? "the centre does not answer" : e.Message, CenterCommands.CannotStart);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CenterCommands.Complain(e.Message, CenterCommands.Refused);
        }
    }

    private async Task<StationCommand> OfferOfAsync(ParseResult parse, CancellationToken cancel)
    {
        await using var file = File.OpenRead(parse.GetValue(_file)!);
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
        return new StationCommand(
            CommandKind.Update,
            Update: new UpdateOffer(parse.GetValue(_version)!, parse.GetValue(_url)!, file.Length, sha256, parse.GetValue(_metered)));
    }

    private async Task<int> SendAsync(
        CenterClient client, StationCommand offer, IReadOnlyList<StationView> known, string[] stations, TextWriter output, CancellationToken cancel)
    {
        var isEveryone = true;
        foreach (var id in stations)
        {
            var problem = known.FirstOrDefault(station => station.StationId == id) switch
            {
                null => "no such station",
                { Verdict: StationVerdict.Up or StationVerdict.Suspect } =>
                    await client.PostAsync($"/api/stations/{Uri.EscapeDataString(id)}/commands", MessageWriter.Write(offer), _time, cancel),
                _ => "not reachable: offer again later",
            };
            await output.WriteLineAsync($"{id,-24} {problem ?? "offered"}");
            isEveryone &= problem is null;
        }

        return isEveryone ? CenterCommands.Done : CenterCommands.Refused;
    }
}
