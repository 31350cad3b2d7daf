using System.Security.Cryptography;
using Call112.Gateway.Board;
using Call112.Gateway.Board.Acceptance;
using Call112.Gateway.Board.Profiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Verbs;

/// <summary>
/// <c>call112-gateway board test --profile FILE</c>: a technician at the cabinet, one output and one input at a time. Exit codes: 0 every step
/// passed and the record is signed, 1 a step failed or was left out, or nobody signed, 2 the cabinet or the profile cannot be used.
/// </summary>
internal static class BoardTestVerb
{
    /// <param name="Folder">Where the record goes.</param>
    /// <param name="Station">Asked for when null.</param>
    internal sealed record Request(string ProfilePath, string Folder, string? Station, BoardTestPace? Pace = null);

    public static async Task<int> RunAsync(
        Request request, TextReader answers, TextWriter screen, TextWriter wrong, BoardSeat seat, CancellationToken cancel)
    {
        var read = ProfileReader.Read(request.ProfilePath);
        if (read.Profile is not { } profile)
        {
            wrong.WriteLine($"Profil salah / the profile is wrong ({request.ProfilePath}):");
            foreach (var error in read.Errors)
                wrong.WriteLine($"  {error}");
            return CommandLine.WrongOptions;
        }

        try
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(request.ProfilePath, cancel)));
            Directory.CreateDirectory(request.Folder);
            using var board = new LinuxBoard(profile, NullLogger<LinuxBoard>.Instance, seat);
            var walk = new BoardTest(board, answers, screen, seat.Time, request.Pace ?? new BoardTestPace());
            if (await walk.RunAsync(request.Station, hash, cancel) is not { } record)
            {
                wrong.WriteLine("Uji dibatalkan; tidak ada berita acara. / Broken off; no record was written.");
                return CommandLine.Failed;
            }

            var path = record.WriteTo(request.Folder);
            screen.WriteLine($"Berita acara / record: {path}.txt, {path}.json");
            return record.Result == StepResult.Passed ? CommandLine.Well : CommandLine.Failed;
        }
        catch (BoardException e)
        {
            if (e.Holder is { IsService: true })
                wrong.WriteLine("Layanan sedang berjalan. Hentikan dahulu: systemctl stop call112-gateway / the service is running; stop it first.");
            wrong.WriteLine($"Kabinet tidak dapat diuji / the cabinet cannot be tested: {e.Message}");
            return CommandLine.WrongOptions;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            wrong.WriteLine($"Berita acara tidak dapat ditulis / the record cannot be written ({request.Folder}): {e.Message}");
            return CommandLine.WrongOptions;
        }
    }
}
