using System.Globalization;

namespace Call112.Rig.Scenarios;

/// <summary>
/// The recorded bounce of a real rocker switch (third-party data beside the project: <c>../shared/data/bounce</c>). Each actuation is the
/// changes of the pin since its first edge, ns; it ends pressed or released.
/// </summary>
internal sealed class Bounce
{
    public const string FileName = "rocker-banggood1276758.csv";

    private Bounce(IReadOnlyList<IReadOnlyList<(long Ns, bool Closed)>> presses, IReadOnlyList<IReadOnlyList<(long Ns, bool Closed)>> releases) =>
        (Presses, Releases) = (presses, releases);

    public IReadOnlyList<IReadOnlyList<(long Ns, bool Closed)>> Presses { get; }

    public IReadOnlyList<IReadOnlyList<(long Ns, bool Closed)>> Releases { get; }

    /// <exception cref="InvalidDataException">The file is none of these recordings.</exception>
    public static Bounce Read(string path)
    {
        // test,nsec,pin,rising_edges; the pin is low while the contact is closed, and the first line is the level before the first edge.
        var actuations = File.ReadLines(path).Skip(1).Select(line => line.Split(',')).GroupBy(fields => fields[0])
            .Select(group => (IReadOnlyList<(long, bool)>)[.. group.Skip(1).Select(fields => (long.Parse(fields[1], CultureInfo.InvariantCulture), fields[2] == "0"))])
            .Where(actuation => actuation.Count > 0).ToLookup(actuation => actuation[^1].Item2);
        var bounce = new Bounce([.. actuations[true]], [.. actuations[false]]);
        return bounce.Presses.Count > 0 && bounce.Releases.Count > 0 ? bounce : throw new InvalidDataException($"{path} holds no presses and releases");
    }
}
