using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Messaging;
using Call112.Gateway.Provisioning;
using Call112.Gateway.Time;
using Call112.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Commissioning;

/// <summary>
/// One acceptance from its first question to the record on the disk: whether it may begin, the walk, the seal, and whether the service has taken it
/// over. Invariant: the record is written once, whole, and only after the last test; whoever stops before has changed nothing.
/// </summary>
internal sealed class Commission(CommissionPlace place, string? boardSerial)
{
    /// <summary>How long the running service may take to read the record: it looks every few seconds.</summary>
    private static readonly TimeSpan s_takenWithin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(1);

    private readonly Dialogue _dialogue = place.Dialogue;

    /// <summary>Runs it.</summary>
    /// <param name="technician">Who stands for it; asked when null.</param>
    /// <returns>Whether the box is accepted.</returns>
    public async Task<bool> RunAsync(string? technician, CancellationToken cancel)
    {
        try
        {
            if (!await MayBeginAsync(cancel) || !TryOwn(out var own))
                return false;
            using (own)
            {
                var station = place.Options.Station;
                _dialogue.Say("title", ("name", station.Name), ("id", station.Id));
                _dialogue.Say("intro");
                technician ??= await _dialogue.TechnicianAsync(cancel);
                var steps = await new Walk(place).RunAsync(cancel);
                return await EndAsync(technician, steps, own, cancel);
            }
        }
        catch (Exception e) when (e is AnswersEndedException || (e is OperationCanceledException && cancel.IsCancellationRequested))
        {
            _dialogue.Line("");
            _dialogue.Say("error.stopped");
            return false;
        }
    }

    private async Task<bool> MayBeginAsync(CancellationToken cancel)
    {
        var picture = await place.LookAsync(cancel);
        if (picture is null)
            _dialogue.Say("error.silent");
        else if (picture.Station.Id != place.Options.Station.Id)
            _dialogue.Say("error.other", ("id", picture.Station.Id));
        else if (picture.Alerts.Any(alert => alert.Status == DispatchStatus.Actual))
            _dialogue.Say("error.alert");
        else if (!place.Journal.Mark())
            _dialogue.Say("error.journal", ("reason", place.Journal.Problem!));
        else
            return true;
        return false;
    }

    /// <summary>
    /// The certificate that signs; null where there is none. Looked for before the tests: nobody should learn of a lost key after them.
    /// </summary>
    /// <returns>False when there is one that cannot be read.</returns>
    private bool TryOwn(out X509Certificate2? own)
    {
        own = null;
        try
        {
            // What is in force, and that is not always what stands in station.json (decision 0022).
            var renewal = new CertificateRenewal(place.Options, new StationClock(place.Time, place.Options.TrustClock), NullLogger.Instance);
            own = place.Options.Uplinks
                .Where(uplink => uplink.Tls)
                .Select(uplink => new Credentials(uplink, renewal).ToTry()[0].Own)
                .FirstOrDefault(one => one is not null);
        }
        catch (BrokerException e)
        {
            _dialogue.Say("error.key", ("reason", e.Message));
            return false;
        }

        if (own is null || AcceptanceSeal.CanSeal(own))
            return true;
        own.Dispose();
        own = null;
        _dialogue.Say("note.key");
        return true;
    }

    private async Task<bool> EndAsync(string technician, IReadOnlyList<AcceptanceStep> steps, X509Certificate2? own, CancellationToken cancel)
    {
        var verdict = AcceptanceRecord.VerdictOf(steps);
        var path = AcceptanceFile.PathBeside(place.Options.JournalPath);
        try
        {
            var record = await RecordAsync(technician, steps, verdict, cancel);
            AcceptanceFile.Write(path, MessageWriter.Write(AcceptanceSeal.Seal(record, own)));
        }
        catch (Exception e) when (DurableFiles.IsDisk(e) || e is CryptographicException)
        {
            _dialogue.Say("error.store", ("reason", e.Message));
            return false;
        }

        _dialogue.Say(verdict.ToString(), ("failed", string.Join(", ", steps
            .Where(step => step.Result == AcceptanceResult.Failed)
            .Select(step => _dialogue.Text($"test.{step.Test}", ("subject", step.Subject ?? ""))))));
        _dialogue.Say(own is null ? "stored.unsigned" : "stored.signed", ("path", path));
        try
        {
            await TakenAsync(verdict == AcceptanceVerdict.Accepted ? ServiceState.InService : ServiceState.Commissioning, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The record stands, whoever does not want to wait for the service.
            _dialogue.Line("");
            _dialogue.Say("notAwaited");
        }

        return verdict == AcceptanceVerdict.Accepted;
    }

    private async Task<AcceptanceRecord> RecordAsync(
        string technician, IReadOnlyList<AcceptanceStep> steps, AcceptanceVerdict verdict, CancellationToken cancel)
    {
        var (options, picture) = (place.Options, await place.LookAsync(cancel));
        return new AcceptanceRecord(
            options.Station.Id,
            options.Station.Name,
            technician,
            place.Time.GetUtcNow(),
            picture?.Clock ?? ClockState.Unsynchronized,
            boardSerial,
            options.Board.Cabinet?.Name ?? options.Board.Profile,
            options.Board.Cabinet is null ? null : await HashOfAsync(options.Board.Profile, cancel),
            picture?.Version ?? Vitals.Version,
            RuntimeInformation.OSDescription,
            picture?.BootId ?? "",
            steps,
            verdict);
    }

    private static async Task<string> HashOfAsync(string file, CancellationToken cancel) =>
        Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, cancel)));

    /// <summary>Waits until the service says what it must say now.</summary>
    private async Task TakenAsync(ServiceState expected, CancellationToken cancel)
    {
        var began = place.Time.GetTimestamp();
        // One look of the service at least: before it, an unchanged state would prove nothing.
        await Task.Delay(AcceptanceWatch.LookEvery + s_lookEvery, place.Time, cancel);
        while ((await place.LookAsync(cancel))?.Service != expected)
        {
            if (place.Time.GetElapsedTime(began) >= s_takenWithin)
            {
                _dialogue.Say("notTaken", ("seconds", $"{s_takenWithin.TotalSeconds:0}"));
                return;
            }

            await Task.Delay(s_lookEvery, place.Time, cancel);
        }

        _dialogue.Say(expected.ToString());
    }
}
