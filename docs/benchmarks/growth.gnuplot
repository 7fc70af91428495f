# The plot of what growth.sh has noted: gnuplot -c docs/benchmarks/growth.gnuplot growth.csv growth.png
set terminal pngcairo size 900,480 font "sans,10"
set output ARG2
set datafile separator ","
set key outside right
set grid
set xlabel "minutes of mixed load"
set ylabel "MiB"
set yrange [0:*]
plot ARG1 using 1:($3/1024) skip 1 with lines lw 2 title "resident", \
  '' using 1:($5/1024) skip 1 with lines title "heap", \
  '' using 1:($4/1024) skip 1 with lines title "heap in use", \
  '' using 1:($8/1024) skip 1 with lines title "compiled code", \
  '' using 1:($6/1024) skip 1 with lines title "metaspace", \
  '' using 1:2 skip 1 with lines dt 3 title "rounds of the load"
