using System.Text;
using System.Xml;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A submission's answers as a tree: a text, a group (names with their values), or a repeat (a list of groups).</summary>
internal sealed class SubmissionTree
{
    // More pairs of repeat instances are not compared with each other: those at the same position are paired instead.
    private const long MaxPairs = 4_000_000;

    private readonly Dictionary<string, object> _root;

    private SubmissionTree(Dictionary<string, object> root) => _root = root;

    /// <param name="groups">The paths of the form's groups and repeats, and whether each is a repeat.</param>
    public static SubmissionTree Read(ReadOnlyMemory<byte> document, IReadOnlyDictionary<string, bool> groups) =>
        SafeXml.Read(
            document,
            xml =>
            {
                var root = new Dictionary<string, object>();
                ReadGroup(xml, "", root, groups);
                return new SubmissionTree(root);
            }
        );

    public static IReadOnlyList<SubmissionDifference> Compare(SubmissionTree before, SubmissionTree after)
    {
        var found = new List<SubmissionDifference>();
        CompareGroups(before._root, after._root, [], found);
        return found;
    }

    private static void ReadGroup(XmlReader xml, string path, Dictionary<string, object> group, IReadOnlyDictionary<string, bool> groups)
    {
        var children = xml.Children();
        while (children.MoveNext())
        {
            var name = xml.LocalName;
            var inner = $"{path}/{name}";
            if (!groups.TryGetValue(inner, out var isRepeat))
            {
                group[name] = ReadText(xml);
                continue;
            }
            if (isRepeat)
            {
                var instance = new Dictionary<string, object>();
                if (group.TryGetValue(name, out var instances) && instances is List<object> known)
                {
                    known.Add(instance);
                }
                else
                {
                    group[name] = new List<object> { instance };
                }
                ReadGroup(xml, inner, instance, groups);
                continue;
            }
            var next = group.GetValueOrDefault(name) as Dictionary<string, object> ?? [];
            group[name] = next;
            ReadGroup(xml, inner, next, groups);
        }
    }

    // The text of all descendants, since the form does not declare this element.
    private static string ReadText(XmlReader xml)
    {
        var text = new StringBuilder();
        var depth = xml.Depth;
        if (!xml.IsEmptyElement)
        {
            while (xml.Read() && xml.Depth > depth)
            {
                if (xml.IsText())
                {
                    text.Append(xml.Value);
                }
            }
        }
        return text.ToString();
    }

    private static void CompareGroups(
        Dictionary<string, object> before,
        Dictionary<string, object> after,
        IReadOnlyList<object> path,
        List<SubmissionDifference> found
    )
    {
        foreach (var name in before.Keys.Union(after.Keys))
        {
            IReadOnlyList<object> step = [.. path, name];
            switch (before.GetValueOrDefault(name), after.GetValueOrDefault(name))
            {
                case (Dictionary<string, object> old, Dictionary<string, object> now):
                    CompareGroups(old, now, step, found);
                    break;
                case (List<object> old, List<object> now):
                    CompareInstances(old, now, path, name, found);
                    break;
                case (string old, string now) when old == now:
                    break;
                case var (old, now):
                    found.Add(new SubmissionDifference(old, now, step));
                    break;
            }
        }
    }

    // Equal repeat instances of both sides are matched first. Between two matches, as many as both sides have are paired as changed; the
    // remaining ones, which resemble the other side least, are added or removed.
    private static void CompareInstances(
        List<object> before,
        List<object> after,
        IReadOnlyList<object> path,
        string name,
        List<SubmissionDifference> found
    )
    {
        var (i, j) = (0, 0);
        foreach (var (a, b) in Same(before, after).Append((before.Count, after.Count)))
        {
            var old = Enumerable.Range(i, a - i).ToList();
            var now = Enumerable.Range(j, b - j).ToList();
            var (fewer, more) = old.Count < now.Count ? (old, now) : (now, old);
            var gone = LeastLike(fewer, more, more == old ? before : after, more == old ? after : before);
            foreach (var place in gone)
            {
                object[] step = [.. path, new object[] { name, place }];
                found.Add(more == old ? new(before[place], null, step) : new(null, after[place], step));
                more.Remove(place);
            }
            foreach (var (x, y) in old.Zip(now))
            {
                var step = new object[] { name, x };
                CompareGroups((Dictionary<string, object>)before[x], (Dictionary<string, object>)after[y], [.. path, step], found);
            }
            (i, j) = (a + 1, b + 1);
        }
    }

    private static List<int> LeastLike(List<int> fewer, List<int> more, List<object> ofMore, List<object> ofFewer)
    {
        var surplus = more.Count - fewer.Count;
        if (fewer.Count == 0 || (long)more.Count * fewer.Count > MaxPairs)
        {
            return [.. more.TakeLast(surplus)];
        }
        return
        [
            .. more.Select(place => (place, score: fewer.Min(other => Unlikeness(ofMore[place], ofFewer[other]))))
                .OrderByDescending(pair => pair.score)
                .ThenByDescending(pair => pair.place)
                .Take(surplus)
                .Select(pair => pair.place)
                .Order(),
        ];
    }

    private static int Unlikeness(object left, object right)
    {
        var found = new List<SubmissionDifference>();
        CompareGroups((Dictionary<string, object>)left, (Dictionary<string, object>)right, [], found);
        return found.Sum(difference => Size(difference.Old) + Size(difference.New));
    }

    private static int Size(object? value) =>
        value switch
        {
            null => 0,
            Dictionary<string, object> group => group.Values.Sum(inner => 1 + Size(inner)),
            List<object> instances => instances.Sum(inner => 1 + Size(inner)),
            _ => 1,
        };

    /// <summary>The longest common subsequence of repeat instances.</summary>
    private static List<(int Before, int After)> Same(List<object> before, List<object> after)
    {
        var (texts, others) = (before.ConvertAll(Text), after.ConvertAll(Text));
        var pairs = new List<(int, int)>();
        var start = 0;
        while (start < texts.Count && start < others.Count && texts[start] == others[start])
        {
            pairs.Add((start, start++));
        }
        var (endA, endB) = (texts.Count, others.Count);
        var tail = new List<(int, int)>();
        while (endA > start && endB > start && texts[endA - 1] == others[endB - 1])
        {
            tail.Add((--endA, --endB));
        }
        var (height, width) = (endA - start, endB - start);
        if ((long)height * width <= MaxPairs)
        {
            var lengths = new int[height + 1, width + 1];
            for (var i = height - 1; i >= 0; i--)
            {
                for (var j = width - 1; j >= 0; j--)
                {
                    lengths[i, j] =
                        texts[start + i] == others[start + j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
                }
            }
            for (var (i, j) = (0, 0); i < height && j < width;)
            {
                if (texts[start + i] == others[start + j])
                {
                    pairs.Add((start + i++, start + j++));
                }
                else if (lengths[i + 1, j] >= lengths[i, j + 1])
                {
                    i++;
                }
                else
                {
                    j++;
                }
            }
        }
        tail.Reverse();
        return [.. pairs, .. tail];
    }

    private static string Text(object value) => System.Text.Json.JsonSerializer.Serialize(value);
}
